// POST /v1/responses: a model's turn, as items. Stateless.
#include <fmt/format.h>

#include "server/inference/answer.h"
#include "server/openai/endpoints.h"
#include "server/openai/response_builder.h"
#include "server/openai/responses_request.h"
#include "server/reply.h"

namespace lar::server::openai {
namespace {

// The shortest number that is this float.
Json plain(float value) {
  return Json::parse(fmt::format("{}", value), nullptr, false);
}

net::awaitable<Result<void>> send_all(EventStream& events, std::vector<ServerEvent> list) {
  for (const ServerEvent& event : list) {
    LAR_CO_TRY(co_await events.send(event.type, go_json(event.data)));
  }
  co_return Result<void>{};
}

net::awaitable<void> answer_stream(Call& call,
                                   ResponseBuilder& builder,
                                   scheduler::Stream& stream,
                                   const std::vector<std::string>& warnings) {
  EventStream events(call);
  if (!co_await send_all(events, builder.start())) co_return;
  for (;;) {
    runtime::Event event = co_await stream.next();
    const bool last = runtime::is_final(event);
    std::vector<ServerEvent> news;
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      news = builder.push(*delta);
    } else if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      news = builder.finish(*done, joined_warnings(warnings, *done));
    } else if (const auto* error = std::get_if<Error>(&event)) {
      news = builder.fail(service_error(stream, *error));
    }
    if (!co_await send_all(events, std::move(news))) co_return;
    if (last) co_return co_await events.end();
  }
}

net::awaitable<void> answer_whole(Call& call,
                                  ResponseBuilder& builder,
                                  scheduler::Stream& stream,
                                  const std::vector<std::string>& warnings) {
  for (;;) {
    runtime::Event event = co_await stream.next();
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      builder.push(*delta);
    } else if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      builder.finish(*done, joined_warnings(warnings, *done));
      co_return co_await send_json(call, 200, go_json(builder.response()));
    } else if (const auto* error = std::get_if<Error>(&event)) {
      co_return co_await send_error(call, service_error(stream, *error));
    }
  }
}

}  // namespace

net::awaitable<void> responses(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  auto request = parse_responses_request(*body);
  if (!request) co_return co_await send_error(call, request.error());
  const std::string model = request->conversation.model;
  auto prepared = co_await prepare(call, std::move(request->conversation));
  if (!prepared) co_return co_await send_error(call, std::move(prepared.error()));
  const sampling::Params& sampling = prepared->options().sampling;
  Json& echo = request->echo;
  if (echo["temperature"].is_null()) echo["temperature"] = plain(sampling.temperature);
  if (echo["top_p"].is_null()) echo["top_p"] = plain(sampling.top_p);
  const auto stream = submit(call, *prepared);
  const auto ready = co_await stream->ready();
  if (!ready) co_return co_await send_error(call, service_error(*stream, ready.error()));
  std::vector<std::string>& warnings = prepared->warnings;
  warnings.insert(warnings.end(), ready->warnings.begin(), ready->warnings.end());
  ResponseBuilder builder(model, echo);
  if (request->stream) {
    co_await answer_stream(call, builder, *stream, warnings);
  } else {
    co_await answer_whole(call, builder, *stream, warnings);
  }
}

}  // namespace lar::server::openai

// POST /v1/messages: a model's turn, as content blocks.
#include "server/anthropic/endpoints.h"
#include "server/anthropic/message_builder.h"
#include "server/inference/answer.h"
#include "server/reply.h"

namespace lar::server::anthropic {
namespace {

net::awaitable<Result<void>> send_all(EventStream& events, std::vector<ServerEvent> list) {
  for (const ServerEvent& event : list) {
    LAR_CO_TRY(co_await events.send(event["type"].get_ref<const std::string&>(), go_json(event)));
  }
  co_return Result<void>{};
}

net::awaitable<void> answer_stream(Call& call,
                                   MessageBuilder& builder,
                                   scheduler::Stream& stream,
                                   const std::vector<std::string>& warnings) {
  EventStream events(call);
  for (;;) {
    runtime::Event event = co_await stream.next();
    if (const auto* error = std::get_if<Error>(&event)) {
      co_return co_await events.fail(service_error(stream, *error));
    }
    if (!builder.started()) {
      const auto* info = std::get_if<runtime::PromptInfo>(&event);
      if (!co_await send_all(events, builder.start(info != nullptr ? info->tokens : 0))) co_return;
    }
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      if (!co_await send_all(events, builder.push(*delta))) co_return;
    } else if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      auto last = builder.finish(*done, joined_warnings(warnings, *done));
      if (co_await send_all(events, std::move(last))) co_await events.end();
      co_return;
    }
  }
}

net::awaitable<void> answer_whole(Call& call,
                                  MessageBuilder& builder,
                                  scheduler::Stream& stream,
                                  const std::vector<std::string>& warnings) {
  for (;;) {
    runtime::Event event = co_await stream.next();
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      builder.push(*delta);
    } else if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      builder.finish(*done, joined_warnings(warnings, *done));
      co_return co_await send_json(call, 200, go_json(builder.message()));
    } else if (const auto* error = std::get_if<Error>(&event)) {
      co_return co_await send_error(call, service_error(stream, *error));
    }
  }
}

}  // namespace

net::awaitable<void> messages(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  const auto request = parse_messages_request(*body, Purpose::kGenerate);
  if (!request) co_return co_await send_error(call, request.error());
  auto prepared = co_await prepare(call, request->conversation);
  if (!prepared) co_return co_await send_error(call, std::move(prepared.error()));
  const auto stream = submit(call, *prepared);
  const auto ready = co_await stream->ready();
  if (!ready) co_return co_await send_error(call, service_error(*stream, ready.error()));
  std::vector<std::string>& warnings = prepared->warnings;
  warnings.insert(warnings.end(), ready->warnings.begin(), ready->warnings.end());
  MessageBuilder builder(*request);
  if (request->stream) {
    co_await answer_stream(call, builder, *stream, warnings);
  } else {
    co_await answer_whole(call, builder, *stream, warnings);
  }
}

}  // namespace lar::server::anthropic

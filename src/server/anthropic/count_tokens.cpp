// POST /v1/messages/count_tokens: how many tokens a request would have, by the model's own template
// and tokenizer.
#include "server/anthropic/endpoints.h"
#include "server/anthropic/messages_request.h"
#include "server/inference/answer.h"
#include "server/reply.h"

namespace lar::server::anthropic {

net::awaitable<void> count_tokens(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  auto request = parse_messages_request(*body, Purpose::kCount);
  if (!request) co_return co_await send_error(call, request.error());
  auto prepared = co_await prepare(call, std::move(request->conversation));
  if (!prepared) co_return co_await send_error(call, std::move(prepared.error()));
  auto& order = std::get<runtime::GenerateRequest>(*prepared->order.request);
  order.kind = runtime::GenerateRequest::Kind::kEcho;
  order.truncate = false;
  const auto stream = submit(call, *prepared);
  const auto ready = co_await stream->ready();
  if (!ready) co_return co_await send_error(call, service_error(*stream, ready.error()));
  const auto answer = co_await collect(*stream);
  if (!answer) co_return co_await send_error(call, service_error(*stream, answer.error()));
  Json json;
  json["input_tokens"] = answer->done.prompt_tokens;
  co_await send_json(call, 200, go_json(json));
}

}  // namespace lar::server::anthropic

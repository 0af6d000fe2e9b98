// POST /v1/chat/completions: the next message of a conversation, in any number of choices.
#include "server/inference/answer.h"
#include "server/inference/random_id.h"
#include "server/openai/chat_chunks.h"
#include "server/openai/chat_request.h"
#include "server/openai/choices.h"
#include "server/openai/endpoints.h"
#include "server/openai/wire.h"
#include "server/reply.h"

namespace lar::server::openai {
namespace {

Json head_of(const ChatRequest& request, const char* object) {
  Json head;
  head["id"] = random_id("chatcmpl-");
  head["object"] = object;
  head["created"] = unix_seconds();
  head["model"] = request.conversation.model;
  head["system_fingerprint"] = kFingerprint;
  return head;
}

Json message_json(const Answer& answer) {
  Json message;
  message["role"] = "assistant";
  message["content"] = answer.content;
  message["refusal"] = nullptr;
  if (!answer.thinking.empty()) message["reasoning"] = answer.thinking;
  for (const FinishedCall& finished : answer.calls) {
    const std::string arguments = JsonCompactor().push(finished.call.arguments);
    message["tool_calls"].push_back(
        {{"id", finished.call.id},
         {"index", finished.index},
         {"type", "function"},
         {"function", {{"name", finished.call.name}, {"arguments", arguments}}}});
  }
  return message;
}

Json choice_json(uint32_t index, const Answer& answer, bool logprobs) {
  Json choice;
  choice["index"] = index;
  choice["message"] = message_json(answer);
  choice["finish_reason"] = finish_reason(answer.done, !answer.calls.empty());
  choice["logprobs"] = nullptr;
  if (logprobs) choice["logprobs"] = logprobs_json(answer.logprobs);
  return choice;
}

net::awaitable<void> answer_whole(Call& call, const ChatRequest& request, Choices& choices) {
  Json body = head_of(request, "chat.completion");
  body["choices"] = Json::array();
  Usage usage;
  std::vector<std::string> warnings = choices.warnings();
  for (uint32_t index = 0; index < choices.count(); ++index) {
    const auto answer = co_await choices.whole(index);
    if (!answer) co_return co_await send_error(call, choices.error(index, answer.error()));
    body["choices"].push_back(
        choice_json(index, *answer, request.conversation.top_logprobs.has_value()));
    usage.add(answer->done, index > 0);
    warnings = joined_warnings(warnings, answer->done);
  }
  body["usage"] = usage_json(usage);
  if (!warnings.empty()) body["warnings"] = warnings;
  co_await send_json(call, 200, go_json(body));
}

// The chunks of one answer.
class ChunkStream {
 public:
  ChunkStream(Call& call, const ChatRequest& request)
      : events_(call), head_(head_of(request, "chat.completion.chunk")) {}

  net::awaitable<Result<void>> send(std::vector<Json> entries,
                                    const std::vector<std::string>& warnings = {}) {
    for (Json& entry : entries) {
      Json chunk = head_;
      chunk["choices"] = Json::array();
      chunk["choices"].push_back(std::move(entry));
      if (!warnings.empty() && &entry == &entries.back()) chunk["warnings"] = warnings;
      LAR_CO_TRY(co_await events_.send({}, go_json(chunk)));
    }
    co_return Result<void>{};
  }
  net::awaitable<void> fail(HttpError error) { co_await events_.fail(std::move(error)); }
  net::awaitable<void> end(const Usage* usage) {
    if (usage != nullptr) {
      Json chunk = head_;
      chunk["choices"] = Json::array();
      chunk["usage"] = usage_json(*usage);
      if (!co_await events_.send({}, go_json(chunk))) co_return;
    }
    if (co_await events_.send({}, "[DONE]")) co_await events_.end();
  }

 private:
  EventStream events_;
  Json head_;
};

net::awaitable<void> answer_stream(Call& call, const ChatRequest& request, Choices& choices) {
  ChunkStream chunks(call, request);
  std::vector<ChoiceChunks> states;
  for (uint32_t index = 0; index < choices.count(); ++index) states.emplace_back(index);
  Usage usage;
  uint32_t ended = 0;
  while (ended < choices.count()) {
    auto [index, event] = co_await choices.next();
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      if (!co_await chunks.send(states[index].push(*delta))) co_return;
    } else if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      const auto warnings = joined_warnings(choices.warnings(), *done);
      if (!co_await chunks.send(states[index].finish(*done), warnings)) co_return;
      usage.add(*done, ended > 0);
      ++ended;
    } else if (const auto* error = std::get_if<Error>(&event)) {
      co_return co_await chunks.fail(choices.error(index, *error));
    }
  }
  co_await chunks.end(request.include_usage ? &usage : nullptr);
}

}  // namespace

net::awaitable<void> chat_completions(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  auto request = parse_chat_request(*body);
  if (!request) co_return co_await send_error(call, request.error());
  auto prepared = co_await prepare(call, request->conversation);
  if (!prepared) co_return co_await send_error(call, std::move(prepared.error()));
  Choices choices(std::move(prepared->warnings));
  for (uint32_t i = 0; i < request->choices; ++i) choices.add(submit(call, *prepared, i));
  if (auto ready = co_await choices.ready(); !ready) {
    co_return co_await send_error(call, std::move(ready.error()));
  }
  if (request->stream) {
    co_await answer_stream(call, *request, choices);
  } else {
    co_await answer_whole(call, *request, choices);
  }
}

}  // namespace lar::server::openai

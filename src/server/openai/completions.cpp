// POST /v1/completions: texts for prompts, in the form of older clients. As in Ollama, the model's
// template is applied.
#include "server/inference/answer.h"
#include "server/inference/random_id.h"
#include "server/openai/choices.h"
#include "server/openai/completion_request.h"
#include "server/openai/endpoints.h"
#include "server/openai/wire.h"
#include "server/reply.h"

namespace lar::server::openai {
namespace {

Json head_of(const CompletionRequest& request) {
  Json head;
  head["id"] = random_id("cmpl-");
  head["object"] = "text_completion";
  head["created"] = unix_seconds();
  head["model"] = request.conversation.model;
  head["system_fingerprint"] = kFingerprint;
  return head;
}

// {tokens, token_logprobs, top_logprobs, text_offset}; `offset` counts bytes and is moved on.
Json legacy_logprobs(const std::vector<runtime::TokenLogprobs>& tokens, size_t& offset) {
  Json json = {{"tokens", Json::array()},
               {"token_logprobs", Json::array()},
               {"top_logprobs", Json::array()},
               {"text_offset", Json::array()}};
  for (const runtime::TokenLogprobs& token : tokens) {
    json["tokens"].push_back(token.chosen.text);
    json["token_logprobs"].push_back(token.chosen.logprob);
    Json top = Json::object();
    for (const runtime::Alternative& other : token.top) top[other.text] = other.logprob;
    json["top_logprobs"].push_back(std::move(top));
    json["text_offset"].push_back(offset);
    offset += token.chosen.text.size();
  }
  return json;
}

Json choice_json(uint32_t index, std::string text) {
  Json choice;
  choice["index"] = index;
  choice["text"] = std::move(text);
  choice["finish_reason"] = nullptr;
  choice["logprobs"] = nullptr;
  return choice;
}

// What is told of a request and belongs to each of its generations.
struct Run {
  const CompletionRequest& request;
  Choices& choices;

  const std::string& prompt(uint32_t index) const {
    return request.prompts[index / request.choices];
  }
  bool same_prompt(uint32_t index) const { return index % request.choices > 0; }
};

net::awaitable<void> answer_whole(Call& call, const Run& run) {
  Json body = head_of(run.request);
  body["choices"] = Json::array();
  Usage usage;
  std::vector<std::string> warnings = run.choices.warnings();
  for (uint32_t index = 0; index < run.choices.count(); ++index) {
    const auto answer = co_await run.choices.whole(index);
    if (!answer) co_return co_await send_error(call, run.choices.error(index, answer.error()));
    size_t offset = run.request.echo ? run.prompt(index).size() : 0;
    Json choice = choice_json(
        index, (run.request.echo ? run.prompt(index) : std::string()) + answer->content);
    choice["finish_reason"] = finish_reason(answer->done, false);
    if (run.request.conversation.top_logprobs) {
      choice["logprobs"] = legacy_logprobs(answer->logprobs, offset);
    }
    body["choices"].push_back(std::move(choice));
    usage.add(answer->done, run.same_prompt(index));
    warnings = joined_warnings(warnings, answer->done);
  }
  body["usage"] = usage_json(usage);
  if (!warnings.empty()) body["warnings"] = warnings;
  co_await send_json(call, 200, go_json(body));
}

// The chunks of one answer. With usage asked for, each has the key, as Ollama's have.
class ChunkStream {
 public:
  ChunkStream(Call& call, const CompletionRequest& request)
      : events_(call), head_(head_of(request)), usage_(request.include_usage) {}

  net::awaitable<Result<void>> send(Json choice, std::vector<std::string> warnings) {
    Json chunk = head_;
    chunk["choices"] = Json::array();
    if (choice["logprobs"].is_null()) choice.erase("logprobs");
    chunk["choices"].push_back(std::move(choice));
    if (usage_) chunk["usage"] = usage_json({});
    if (!warnings.empty()) chunk["warnings"] = warnings;
    co_return co_await events_.send({}, go_json(chunk));
  }
  net::awaitable<void> fail(HttpError error) { co_await events_.fail(std::move(error)); }
  net::awaitable<void> end(const Usage& usage) {
    if (usage_) {
      Json chunk = head_;
      chunk["choices"] = Json::array();
      chunk["usage"] = usage_json(usage);
      if (!co_await events_.send({}, go_json(chunk))) co_return;
    }
    if (co_await events_.send({}, "[DONE]")) co_await events_.end();
  }

 private:
  EventStream events_;
  Json head_;
  bool usage_;
};

net::awaitable<void> answer_stream(Call& call, const Run& run) {
  ChunkStream chunks(call, run.request);
  Usage usage;
  uint32_t ended = 0;
  uint32_t begun = 0;
  size_t offset = 0;
  while (ended < run.choices.count()) {
    auto [index, event] = co_await run.choices.next();
    if (const auto* error = std::get_if<Error>(&event)) {
      co_return co_await chunks.fail(run.choices.error(index, *error));
    }
    if (index == begun) {  // its first event
      ++begun;
      offset = run.request.echo ? run.prompt(index).size() : 0;
      if (run.request.echo) {
        if (!co_await chunks.send(choice_json(index, run.prompt(index)), {})) co_return;
      }
    }
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      if (delta->content.empty() && delta->logprobs.empty()) continue;
      Json choice = choice_json(index, delta->content);
      if (!delta->logprobs.empty()) choice["logprobs"] = legacy_logprobs(delta->logprobs, offset);
      if (!co_await chunks.send(std::move(choice), {})) co_return;
    } else if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      Json choice = choice_json(index, {});
      choice["finish_reason"] = finish_reason(*done, false);
      auto warnings = joined_warnings(run.choices.warnings(), *done);
      if (!co_await chunks.send(std::move(choice), std::move(warnings))) co_return;
      usage.add(*done, run.same_prompt(index));
      ++ended;
    }
  }
  co_await chunks.end(usage);
}

// As in Ollama, an empty prompt only loads the model.
net::awaitable<void> answer_load(Call& call,
                                 const CompletionRequest& request,
                                 PreparedOrder order) {
  order.order.request.reset();
  const auto stream = call.context.models->submit(std::move(order.order));
  if (const auto ready = co_await stream->ready(); !ready) {
    co_return co_await send_error(call, service_error(*stream, ready.error()));
  }
  Json body = head_of(request);
  Json choice = choice_json(0, {});
  choice["finish_reason"] = "load";
  body["choices"] = Json::array();
  body["choices"].push_back(std::move(choice));
  body["usage"] = usage_json({});
  co_await send_json(call, 200, go_json(body));
}

}  // namespace

net::awaitable<void> completions(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  auto request = parse_completion_request(*body);
  if (!request) co_return co_await send_error(call, request.error());
  Choices choices({});
  for (const std::string& prompt : request->prompts) {
    Conversation asked = request->conversation;
    asked.messages.push_back({.role = "user", .content = prompt});
    auto prepared = co_await prepare(call, std::move(asked));
    if (!prepared) co_return co_await send_error(call, std::move(prepared.error()));
    if (request->only_loads()) {
      co_return co_await answer_load(call, *request, std::move(*prepared));
    }
    if (choices.count() == 0) choices = Choices(prepared->warnings);
    for (uint32_t i = 0; i < request->choices; ++i) choices.add(submit(call, *prepared, i));
  }
  if (auto ready = co_await choices.ready(); !ready) {
    co_return co_await send_error(call, std::move(ready.error()));
  }
  const Run run{*request, choices};
  if (request->stream) {
    co_await answer_stream(call, run);
  } else {
    co_await answer_whole(call, run);
  }
}

}  // namespace lar::server::openai

// The answers of /api/generate and /api/chat, streamed and whole.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.h"
#include "server/ollama/generation.h"
#include "server/reply.h"
#include "server/times.h"

namespace lar::server::ollama {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// What one line of an answer says beyond its head.
struct Piece {
  std::string content;
  std::string thinking;
  std::vector<FinishedCall> calls;
  std::vector<runtime::TokenLogprobs> logprobs;
  nanoseconds made{0};  // 0: now
};

Json bytes_of(const std::string& text) {
  Json bytes = Json::array();
  for (const char c : text) bytes.push_back(static_cast<uint8_t>(c));
  return bytes;
}

Json alternative(const runtime::Alternative& token) {
  // The beginning of a character that later tokens complete is none of the text; the bytes are
  // those of the text as it is shown.
  const std::string_view whole(token.text);
  const std::string text =
      utf8_sanitize(whole.substr(0, whole.size() - utf8_incomplete_tail(whole)));
  return {{"token", text}, {"logprob", token.logprob}, {"bytes", bytes_of(text)}};
}

Json logprobs_json(const std::vector<runtime::TokenLogprobs>& logprobs) {
  Json list = Json::array();
  for (const runtime::TokenLogprobs& token : logprobs) {
    Json entry = alternative(token.chosen);
    for (const runtime::Alternative& other : token.top) {
      entry["top_logprobs"].push_back(alternative(other));
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Json calls_json(const std::vector<FinishedCall>& calls) {
  Json list = Json::array();
  for (const FinishedCall& finished : calls) {
    auto arguments = store::parse_json(finished.call.arguments, kRequestDepthMax);
    Json function = {{"index", finished.index}, {"name", finished.call.name}};
    function["arguments"] = arguments ? std::move(*arguments) : Json(finished.call.arguments);
    list.push_back({{"id", finished.call.id}, {"function", std::move(function)}});
  }
  return list;
}

std::string time_of(const Piece& piece) {
  return piece.made.count() != 0 ? utc_time(piece.made.count()) : utc_now();
}

Json line(const Generation& generation, const Piece& piece, bool done) {
  Json json;
  json["model"] = generation.fields.model;
  json["created_at"] = time_of(piece);
  if (generation.form == Form::kChat) {
    Json message = {{"role", "assistant"}, {"content", piece.content}};
    if (!piece.thinking.empty()) message["thinking"] = piece.thinking;
    if (!piece.calls.empty()) message["tool_calls"] = calls_json(piece.calls);
    json["message"] = std::move(message);
  } else {
    json["response"] = piece.content;
    if (!piece.thinking.empty()) json["thinking"] = piece.thinking;
  }
  json["done"] = done;
  return json;
}

// Fields that only the last line has come after `done`, logprobs at the very end.
void finish_line(const Generation& generation, const Piece& piece, Json& json) {
  if (generation.form == Form::kGenerate && !piece.calls.empty()) {
    json["tool_calls"] = calls_json(piece.calls);
  }
  if (!piece.logprobs.empty()) json["logprobs"] = logprobs_json(piece.logprobs);
}

// The line of a piece with text alone. There is one for nearly every token, and after a step of the
// engine nothing is in the caches: a tree of JSON costs more there than all else on the way out.
std::string text_line(const Generation& generation, const Piece& piece) {
  const bool chat = generation.form == Form::kChat;
  std::string text = R"({"model":)";
  append_go_string(text, generation.fields.model);
  text.append(R"(,"created_at":")").append(time_of(piece));
  text.append(chat ? R"(","message":{"role":"assistant","content":)" : R"(","response":)");
  append_go_string(text, piece.content);
  text.append(chat ? R"(},"done":false})" : R"(,"done":false})");
  return text;
}

std::string piece_line(const Generation& generation, const Piece& piece) {
  if (piece.thinking.empty() && piece.calls.empty() && piece.logprobs.empty()) {
    return text_line(generation, piece);
  }
  Json json = line(generation, piece, false);
  finish_line(generation, piece, json);
  return go_json(json);
}

void set_duration(Json& json, const char* name, nanoseconds value) {
  if (value.count() != 0) json[name] = value.count();
}
void set_count(Json& json, const char* name, uint32_t value) {
  if (value != 0) json[name] = value;
}

bool was_cut(const runtime::GenerateDone& done) {
  return done.truncation.dropped_messages > 0 || done.truncation.dropped_tokens > 0 ||
         done.shifted_tokens > 0;
}

// What was lost of the prompt, and of the context while generating.
Json truncated_json(const runtime::GenerateDone& done) {
  Json json = Json::object();
  set_count(json, "dropped_messages", done.truncation.dropped_messages);
  set_count(json, "dropped_tokens", done.truncation.dropped_tokens);
  set_count(json, "shifted_tokens", done.shifted_tokens);
  json["policy"] = done.truncation.dropped_tokens > 0     ? "middle"
                   : done.truncation.dropped_messages > 0 ? "oldest_messages"
                                                          : "oldest_tokens";
  return json;
}

Json final_line(const Generation& generation,
                Piece&& piece,
                const runtime::GenerateDone& done,
                nanoseconds load) {
  Json json = line(generation, piece, true);
  json["done_reason"] = done.reason == runtime::DoneReason::kLength ? "length" : "stop";
  if (generation.request.return_context) json["context"] = done.context;
  set_duration(json, "total_duration", steady_clock::now() - generation.start);
  set_duration(json, "load_duration", load);
  set_count(json, "prompt_eval_count", done.prompt_tokens);
  set_duration(json, "prompt_eval_duration", done.prompt);
  set_count(json, "eval_count", done.generated_tokens);
  set_duration(json, "eval_duration", done.generation);
  finish_line(generation, piece, json);
  if (was_cut(done)) json["truncated"] = truncated_json(done);
  std::vector<std::string> warnings = generation.warnings;
  std::ranges::copy_if(done.warnings, std::back_inserter(warnings), [&](const std::string& text) {
    return std::ranges::find(warnings, text) == warnings.end();
  });
  if (!warnings.empty()) json["warnings"] = warnings;
  return json;
}

std::vector<net::HttpHeader> truncation_headers(const runtime::GenerateDone& done) {
  if (!was_cut(done)) return {};
  return {{"Lar-Truncated",
           fmt::format("messages={}, tokens={}, shifted={}", done.truncation.dropped_messages,
                       done.truncation.dropped_tokens, done.shifted_tokens)}};
}

// A runner says what is wrong with a request's own template; Ollama's status for it is 500.
HttpError generation_error(const scheduler::Stream& stream,
                           const Generation& generation,
                           const Error& error) {
  HttpError http = service_error(stream, error);
  const bool own_template = generation.request.go_template &&
                            generation.request.go_template != generation.model.go_template;
  if (own_template && http.status == 400 && error.message.starts_with("template")) {
    http.status = 500;
  }
  return http;
}

net::awaitable<void> answer_whole(Call& call,
                                  Generation& generation,
                                  scheduler::Stream& stream,
                                  nanoseconds load) {
  auto answer = co_await collect(stream);
  if (!answer) {
    co_await send_error(call, generation_error(stream, generation, answer.error()));
    co_return;
  }
  net::Response response;
  response.content_type = kJsonType;
  response.headers = truncation_headers(answer->done);
  response.body = go_json(final_line(generation,
                                     {.content = std::move(answer->content),
                                      .thinking = std::move(answer->thinking),
                                      .calls = std::move(answer->calls),
                                      .logprobs = std::move(answer->logprobs)},
                                     answer->done, load));
  co_await call.http.respond(std::move(response));
}

net::awaitable<void> answer_lines(Call& call,
                                  Generation& generation,
                                  scheduler::Stream& stream,
                                  nanoseconds load) {
  JsonLines lines(call);
  ToolCallAssembler assembler;
  Piece held;  // for the last line
  // Ollama's server for Jinja templates tells of tool calls at the end; its own parsers at once.
  const bool calls_at_end = generation.model.prompting == chat::PromptSystem::kJinja;
  for (;;) {
    runtime::Event event = co_await stream.next();
    if (auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      Piece piece{.content = std::move(delta->content),
                  .thinking = std::move(delta->thinking),
                  .calls = assembler.push(delta->tool_calls),
                  .logprobs = std::move(delta->logprobs),
                  .made = delta->made};
      if (calls_at_end) {
        std::ranges::move(piece.calls, std::back_inserter(held.calls));
        piece.calls.clear();
      }
      if (piece.content.empty() && piece.thinking.empty() && piece.calls.empty() &&
          piece.logprobs.empty()) {
        continue;
      }
      if (!co_await lines.send(piece_line(generation, piece))) co_return;
    } else if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      const Json json = final_line(generation, std::move(held), *done, load);
      if (co_await lines.send(go_json(json))) co_await lines.end();
      co_return;
    } else if (const auto* error = std::get_if<Error>(&event)) {
      co_await lines.fail(generation_error(stream, generation, *error));
      co_return;
    }
  }
}

net::awaitable<void> answer_rendered(Call& call,
                                     const Generation& generation,
                                     scheduler::Stream& stream) {
  const auto answer = co_await collect(stream);
  if (!answer) {
    co_await send_error(call, generation_error(stream, generation, answer.error()));
    co_return;
  }
  Json json = line(generation, {}, false);
  if (generation.form == Form::kChat) json["message"]["role"] = "";
  json["_debug_info"] = {{"rendered_template", answer->rendered}};
  co_await send_json(call, 200, go_json(json));
}

}  // namespace

net::awaitable<void> answer_unload(Call& call, const Generation& generation) {
  call.context.models->unload(generation.model.ref);
  Json json = line(generation, {}, true);
  json["done_reason"] = "unload";
  co_await send_json(call, 200, go_json(json));
}

net::awaitable<void> answer_load(Call& call, Generation& generation) {
  const auto stream = call.context.models->submit({.model = generation.model.ref,
                                                   .options = generation.request.options,
                                                   .keep_alive = generation.fields.keep_alive,
                                                   .request = std::nullopt});
  const auto ready = co_await stream->ready();
  if (!ready) {
    co_await send_error(call, service_error(*stream, ready.error()));
    co_return;
  }
  Json json = line(generation, {}, true);
  json["done_reason"] = "load";
  std::ranges::copy(ready->warnings, std::back_inserter(generation.warnings));
  if (!generation.warnings.empty()) json["warnings"] = generation.warnings;
  co_await send_json(call, 200, go_json(json));
}

net::awaitable<void> answer_generation(Call& call, Generation& generation) {
  const auto stream = call.context.models->submit({.model = generation.model.ref,
                                                   .options = generation.request.options,
                                                   .keep_alive = generation.fields.keep_alive,
                                                   .request = generation.request});
  const auto ready = co_await stream->ready();
  if (!ready) {
    co_await send_error(call, service_error(*stream, ready.error()));
    co_return;
  }
  std::ranges::copy(ready->warnings, std::back_inserter(generation.warnings));
  if (generation.fields.render_only) {
    co_await answer_rendered(call, generation, *stream);
  } else if (generation.fields.stream) {
    co_await answer_lines(call, generation, *stream, ready->load);
  } else {
    co_await answer_whole(call, generation, *stream, ready->load);
  }
}

}  // namespace lar::server::ollama

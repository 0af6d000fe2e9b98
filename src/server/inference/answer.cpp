#include "server/inference/answer.h"

#include <iterator>
#include <random>

namespace lar::server {

std::string new_call_id() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::uniform_int_distribution<size_t> pick(0, kLetters.size() - 1);
  std::string id = "call_";
  for (int i = 0; i < 8; ++i) id += kLetters[pick(random)];
  return id;
}

std::vector<FinishedCall> ToolCallAssembler::push(
    const std::vector<runtime::ToolCallDelta>& pieces) {
  std::vector<FinishedCall> finished;
  for (const runtime::ToolCallDelta& piece : pieces) {
    runtime::CalledTool& call = open_[piece.index];
    if (!piece.id.empty()) call.id = piece.id;
    call.name += piece.name;
    call.arguments += piece.arguments;
    if (!piece.done) continue;
    if (call.arguments.empty()) call.arguments = "{}";
    if (call.id.empty()) call.id = new_call_id();
    finished.push_back({piece.index, std::move(call)});
    open_.erase(piece.index);
  }
  return finished;
}

net::awaitable<Result<Answer>> collect(scheduler::Stream& stream) {
  Answer answer;
  ToolCallAssembler assembler;
  for (;;) {
    runtime::Event event = co_await stream.next();
    if (auto* info = std::get_if<runtime::PromptInfo>(&event)) {
      answer.rendered = std::move(info->rendered);
    } else if (auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      answer.content += delta->content;
      answer.thinking += delta->thinking;
      for (FinishedCall& call : assembler.push(delta->tool_calls)) {
        answer.calls.push_back(std::move(call));
      }
      std::ranges::move(delta->logprobs, std::back_inserter(answer.logprobs));
    } else if (auto* done = std::get_if<runtime::GenerateDone>(&event)) {
      answer.done = std::move(*done);
      co_return answer;
    } else if (auto* error = std::get_if<Error>(&event)) {
      co_return std::unexpected(std::move(*error));
    } else {
      co_return fail(Code::kInternal, "the runner gave another answer than was asked for");
    }
  }
}

HttpError service_error(const scheduler::Stream& stream, const Error& error) {
  HttpError http = http_error(error);
  if (const auto seconds = stream.retry_after()) {
    http.headers.push_back({"Retry-After", std::to_string(seconds->count())});
  }
  return http;
}

}  // namespace lar::server

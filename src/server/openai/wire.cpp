#include "server/openai/wire.h"

#include <chrono>

namespace lar::server::openai {
namespace {

Json alternative(const runtime::Alternative& token) {
  Json bytes = Json::array();
  for (const char c : token.text) bytes.push_back(static_cast<uint8_t>(c));
  return {{"token", token.text}, {"logprob", token.logprob}, {"bytes", std::move(bytes)}};
}

}  // namespace

void Usage::add(const runtime::GenerateDone& done, bool same_prompt) {
  if (!same_prompt) {
    prompt_tokens += done.prompt_tokens;
    cached_tokens += done.cached_tokens;
  }
  completion_tokens += done.generated_tokens;
  reasoning_tokens += done.reasoning_tokens;
}

Json usage_json(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached_tokens}}},
          {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}}};
}

Json logprob_json(const runtime::TokenLogprobs& token) {
  Json entry = alternative(token.chosen);
  entry["top_logprobs"] = Json::array();
  for (const runtime::Alternative& other : token.top) {
    entry["top_logprobs"].push_back(alternative(other));
  }
  return entry;
}

Json logprobs_json(const std::vector<runtime::TokenLogprobs>& tokens) {
  Json content = Json::array();
  for (const runtime::TokenLogprobs& token : tokens) content.push_back(logprob_json(token));
  Json json;
  json["content"] = std::move(content);
  json["refusal"] = nullptr;
  return json;
}

std::string_view finish_reason(const runtime::GenerateDone& done, bool has_calls) {
  if (done.reason == runtime::DoneReason::kLength) return "length";
  return has_calls ? "tool_calls" : "stop";
}

int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace lar::server::openai

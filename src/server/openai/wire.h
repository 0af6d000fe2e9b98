// Parts of OpenAI's answers that several endpoints share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/inference.h"
#include "server/json_request.h"

namespace lar::server::openai {

inline constexpr std::string_view kFingerprint = "fp_ollama";  // clients of Ollama know it

// What answers cost. The prompt of several choices is counted once.
struct Usage {
  uint64_t prompt_tokens = 0;
  uint64_t cached_tokens = 0;
  uint64_t completion_tokens = 0;
  uint64_t reasoning_tokens = 0;

  void add(const runtime::GenerateDone& done, bool same_prompt);
};

// {prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details,
// completion_tokens_details}
Json usage_json(const Usage& usage);

// {content: [{token, logprob, bytes, top_logprobs}], refusal: null}
Json logprobs_json(const std::vector<runtime::TokenLogprobs>& tokens);
// One entry of it.
Json logprob_json(const runtime::TokenLogprobs& token);

// "stop", "length" or "tool_calls".
std::string_view finish_reason(const runtime::GenerateDone& done, bool has_calls);

int64_t unix_seconds();

}  // namespace lar::server::openai

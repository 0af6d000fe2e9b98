// The body of POST /v1/completions.
#pragma once

#include "server/inference/conversation.h"

namespace lar::server::openai {

inline constexpr size_t kCompletionsMax = 128;  // prompts times choices

struct CompletionRequest {
  Conversation conversation;         // without its message
  std::vector<std::string> prompts;  // one at least
  uint32_t choices = 1;              // of each prompt
  bool echo = false;                 // the prompt is part of the text
  bool stream = false;
  bool include_usage = false;

  bool only_loads() const {
    return prompts.size() == 1 && prompts.front().empty() && conversation.suffix.empty();
  }
};

// Errors: invalid_argument.
Result<CompletionRequest> parse_completion_request(const Json& body);

}  // namespace lar::server::openai

// The body of POST /v1/messages and of its count_tokens.
#pragma once

#include "server/inference/conversation.h"

namespace lar::server::anthropic {

struct MessagesRequest {
  Conversation conversation;
  bool stream = false;
  bool marks_caches = false;  // with cache_control: the usage tells cached tokens apart
  std::vector<std::string> stop_sequences;
};

enum class Purpose : uint8_t { kGenerate, kCount };  // to count, max_tokens is not needed

// Errors: invalid_argument, in Ollama's words where it has some.
Result<MessagesRequest> parse_messages_request(const Json& body, Purpose purpose);

struct ParsedTurns {
  std::vector<runtime::ChatMessage> messages;
  bool images = false;
  std::vector<std::string> warnings;
};

// `messages` with their content blocks: a turn of the user becomes the results of tools and then
// its text. Errors: invalid_argument.
Result<ParsedTurns> parse_turns(const Json& list);

}  // namespace lar::server::anthropic

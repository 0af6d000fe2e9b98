// The body of POST /v1/chat/completions.
#pragma once

#include "server/inference/conversation.h"

namespace lar::server::openai {

inline constexpr int64_t kChoicesMax = 16;

struct ChatRequest {
  Conversation conversation;
  bool stream = false;
  bool include_usage = false;  // a last chunk of a stream tells of it
  uint32_t choices = 1;
};

// Errors: invalid_argument, in Ollama's words where it has some.
Result<ChatRequest> parse_chat_request(const Json& body);

// The messages of a conversation, with roles as they are. Parts of a content are joined by blank
// lines. `images` is set where one has pictures or sound. Errors: invalid_argument.
Result<std::vector<runtime::ChatMessage>> parse_chat_messages(const Json& list, bool& images);

}  // namespace lar::server::openai

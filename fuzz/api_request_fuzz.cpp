// Bodies of OpenAI's and Anthropic's APIs: whatever their fields hold, they are read or refused,
// and what was read keeps its limits and is JSON again where it must be.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "server/anthropic/messages_request.h"
#include "server/openai/chat_request.h"
#include "server/openai/completion_request.h"
#include "server/openai/responses_request.h"

namespace {

using namespace lar::server;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Conversation& conversation) {
  require(conversation.options.is_object());
  require(conversation.tools.empty() || Json::accept(conversation.tools));
  for (const auto& message : conversation.messages) {
    for (const auto& call : message.tool_calls) {
      require(call.arguments.empty() || Json::accept(call.arguments));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto body =
      parse_request(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  if (!body) return 0;
  switch (data[0] % 5) {
    case 0:
      if (const auto chat = openai::parse_chat_request(*body)) {
        require(chat->choices >= 1 && chat->choices <= openai::kChoicesMax);
        check(chat->conversation);
      }
      break;
    case 1:
      if (const auto completion = openai::parse_completion_request(*body)) {
        require(!completion->prompts.empty() && completion->choices >= 1);
        require(completion->prompts.size() * completion->choices <= openai::kCompletionsMax);
        check(completion->conversation);
      }
      break;
    case 2:
      if (const auto response = openai::parse_responses_request(*body)) {
        check(response->conversation);
      }
      break;
    default: {
      const auto purpose =
          data[0] % 5 == 3 ? anthropic::Purpose::kGenerate : anthropic::Purpose::kCount;
      if (const auto messages = anthropic::parse_messages_request(*body, purpose)) {
        check(messages->conversation);
      }
    }
  }
  return 0;
}

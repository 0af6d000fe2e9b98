// A conversation as every rendering system takes it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/value.h"

namespace lar::chat {

struct ToolCall {
  std::string id;
  std::string name;
  Value arguments;  // a dictionary; a string where the model's text was no JSON
};

struct Message {
  std::string role;
  // A string, or a list of parts {"type": "text", "text": ...}, {"type": "image"} ...
  Value content;
  std::optional<std::string> thinking;
  std::vector<ToolCall> tool_calls;
  std::optional<std::string> tool_call_id;  // of a message of role tool
  std::optional<std::string> name;          // the tool's, or the speaker's
  Dict extra;                               // further keys, as they are
  uint32_t images = 0;                      // media beside the content, in the order of the request
};

// Whether the model shall think, and how hard: `think` of a request.
enum class Think : uint8_t { kUnset, kOff, kOn, kLow, kMedium, kHigh, kMax };

inline bool thinks(Think think) {
  return think != Think::kUnset && think != Think::kOff;
}
// "low", "medium", "high", "max"; "" where it does not think. Plain `true` is "medium".
std::string_view think_level(Think think);
// From JSON: true, false, a level, or null for unset. Errors: invalid_argument with Ollama's text.
Result<Think> parse_think(const Value& value);

// The text of a message: its content, or the text parts of it one after the other.
Value message_text(const Message& message);
// Media of a message: `images`, and the parts of its content that are no text.
uint32_t message_images(const Message& message);

// Bytes of text in all messages: what a rendering has to move at least.
size_t text_bytes(std::span<const Message> messages);

// Messages of Ollama's or OpenAI's API. Roles become lower case. Errors: invalid_argument that
// names the place.
Result<std::vector<Message>> parse_messages(const Value& list);

}  // namespace lar::chat

// Questions about the order of messages that several families ask.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "chat/message.h"

namespace lar::chat {

inline bool has_role(std::span<const Message> messages, size_t index, std::string_view role) {
  return index < messages.size() && messages[index].role == role;
}

// The neighbours of a message in a row of tool results.
inline bool opens_results(std::span<const Message> messages, size_t index) {
  return index == 0 || messages[index - 1].role != "tool";
}
inline bool closes_results(std::span<const Message> messages, size_t index) {
  return index + 1 >= messages.size() || messages[index + 1].role != "tool";
}

inline bool is_last(std::span<const Message> messages, size_t index) {
  return index + 1 == messages.size();
}

// The last message of the user; nothing where there is none.
inline std::optional<size_t> last_user(std::span<const Message> messages) {
  for (size_t i = messages.size(); i > 0; --i) {
    if (messages[i - 1].role == "user") return i - 1;
  }
  return std::nullopt;
}

inline std::string_view thinking_of(const Message& message) {
  return message.thinking ? std::string_view(*message.thinking) : std::string_view();
}

// The first message if it is the system's, and the messages after it.
struct Split {
  const Message* system = nullptr;
  std::span<const Message> rest;
};
inline Split split_system(std::span<const Message> messages) {
  if (!has_role(messages, 0, "system")) return {nullptr, messages};
  return {messages.data(), messages.subspan(1)};
}

}  // namespace lar::chat

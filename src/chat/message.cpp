#include "chat/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chat/json.h"
#include "chat/text_builder.h"

namespace lar::chat {
namespace {

constexpr std::array<std::pair<std::string_view, Think>, 4> kLevels{{
    {"low", Think::kLow},
    {"medium", Think::kMedium},
    {"high", Think::kHigh},
    {"max", Think::kMax},
}};

std::unexpected<Error> wrong(size_t index, std::string_view what) {
  return fail(Code::kInvalidArgument, fmt::format("messages[{}]{}", index, what));
}

bool present(const Value* value) {
  return value != nullptr && !value->is_null() && !value->is_undefined();
}

Result<std::optional<std::string>> optional_text(const Value& message,
                                                 std::string_view key,
                                                 size_t index) {
  const Value* value = message.find(key);
  if (!present(value)) return std::nullopt;
  if (!value->is_string()) return wrong(index, fmt::format(".{} is no string", key));
  return std::string(value->text());
}

Result<std::vector<ToolCall>> parse_calls(const Value& list, size_t index) {
  if (!list.is_list()) return wrong(index, ".tool_calls is no list");
  std::vector<ToolCall> calls;
  for (const Value& entry : list.items()) {
    // {"function": {"name", "arguments"}}, or the function itself.
    const Value* function = entry.find("function");
    const Value& named = function != nullptr ? *function : entry;
    ToolCall call;
    const Value* id = entry.find("id");
    if (present(id) && id->is_string()) call.id = std::string(id->text());
    const Value* name = named.find("name");
    if (!present(name) || !name->is_string())
      return wrong(index, ".tool_calls: a call has no name");
    call.name = std::string(name->text());
    const Value* arguments = named.find("arguments");
    call.arguments = present(arguments) ? *arguments : Value::dict({});
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace

std::string_view think_level(Think think) {
  if (think == Think::kOn) return "medium";
  const auto found = std::ranges::find(kLevels, think, &std::pair<std::string_view, Think>::second);
  return found == kLevels.end() ? std::string_view() : found->first;
}

Result<Think> parse_think(const Value& value) {
  if (value.is_null() || value.is_undefined()) return Think::kUnset;
  if (value.is_bool()) return value.as_bool() ? Think::kOn : Think::kOff;
  if (!value.is_string()) {
    return fail(Code::kInvalidArgument,
                "think must be a boolean or string (\"high\", \"medium\", \"low\", \"max\", true, "
                "or false)");
  }
  for (const auto& [name, think] : kLevels) {
    if (value.text() == name) return think;
  }
  return fail(Code::kInvalidArgument,
              fmt::format("invalid think value: \"{}\" (must be \"high\", \"medium\", \"low\", "
                          "\"max\", true, or false)",
                          value.text()));
}

Value message_text(const Message& message) {
  if (message.content.is_string()) return message.content;
  TextBuilder text(nullptr);
  if (message.content.is_sequence()) {
    for (const Value& part : message.content.items()) {
      const Value* piece = part.is_string() ? &part : part.find("text");
      if (piece != nullptr && piece->is_string()) text.append(*piece);
    }
  }
  return text.finish();
}

uint32_t message_images(const Message& message) {
  uint32_t count = message.images;
  if (!message.content.is_sequence()) return count;
  for (const Value& part : message.content.items()) {
    const Value* type = part.find("type");
    if (type != nullptr && type->is_string() && type->text() != "text") ++count;
  }
  return count;
}

size_t text_bytes(std::span<const Message> messages) {
  size_t bytes = 0;
  for (const Message& message : messages) {
    if (message.content.is_string()) bytes += message.content.text().size();
    if (message.content.is_sequence()) bytes += message_text(message).text().size();
    if (message.thinking) bytes += message.thinking->size();
  }
  return bytes;
}

Result<std::vector<Message>> parse_messages(const Value& list) {
  if (list.is_null() || list.is_undefined()) return std::vector<Message>();
  if (!list.is_list()) return fail(Code::kInvalidArgument, "messages is no list");
  std::vector<Message> messages;
  for (const Value& entry : list.items()) {
    const size_t index = messages.size();
    if (!entry.is_dict()) return wrong(index, " is no object");
    Message message;
    LAR_TRY(const auto role, optional_text(entry, "role", index));
    message.role = role.value_or("");
    std::ranges::transform(message.role, message.role.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const Value* content = entry.find("content");
    if (!present(content)) {
      message.content = Value::string("", Origin::kContent);
    } else if (content->is_string() || content->is_list()) {
      message.content = *content;
    } else {
      return wrong(index, ".content is no string");
    }
    LAR_TRY(message.thinking, optional_text(entry, "thinking", index));
    if (!message.thinking) {
      LAR_TRY(message.thinking, optional_text(entry, "reasoning_content", index));
    }
    if (const Value* calls = entry.find("tool_calls"); present(calls)) {
      LAR_TRY(message.tool_calls, parse_calls(*calls, index));
    }
    LAR_TRY(message.tool_call_id, optional_text(entry, "tool_call_id", index));
    LAR_TRY(message.name, optional_text(entry, "tool_name", index));
    if (!message.name) {
      LAR_TRY(message.name, optional_text(entry, "name", index));
    }
    if (const Value* images = entry.find("images"); present(images)) {
      if (!images->is_list()) return wrong(index, ".images is no list");
      message.images = static_cast<uint32_t>(images->items().size());
    }
    constexpr std::array<std::string_view, 9> kKnown{
        "role",      "content", "thinking", "reasoning_content", "tool_calls", "tool_call_id",
        "tool_name", "name",    "images"};
    for (const auto& [key, value] : entry.entries().entries()) {
      if (key.is_string() && std::ranges::find(kKnown, key.text()) == kKnown.end()) {
        message.extra.set(key, value);
      }
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace lar::chat

// Writes a prompt piece by piece: control text of the family's format, and content.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/message.h"
#include "chat/prompt.h"
#include "chat/text_builder.h"
#include "chat/tools.h"

namespace lar::chat {

// JSON as the publishers' Python writes it, or as Go does.
enum class JsonForm : uint8_t {
  kCompact,      // {"a":1}, "<" as "\u003c"
  kSpaced,       // {"a": 1}, "<" as "\u003c"
  kSpacedPlain,  // {"a": 1}, "<" as it is
};

class PromptWriter {
 public:
  // Control text: tags, newlines, instructions of the format.
  PromptWriter& tag(std::string_view text) {
    out_.append(text, Origin::kTemplate);
    return *this;
  }
  // Text of the request.
  PromptWriter& text(std::string_view text) {
    out_.append(text, Origin::kContent);
    return *this;
  }
  PromptWriter& text(const Value& text) {
    out_.append(text);
    return *this;
  }
  PromptWriter& json(const Value& value, JsonForm form);

  Prompt finish() {
    Prompt prompt;
    prompt.runs = out_.take_runs();
    prompt.text = out_.take_text();
    return prompt;
  }

 private:
  TextBuilder out_{nullptr};
};

std::string json_text(const Value& value, JsonForm form);
// Over several lines, four spaces a level.
std::string indented_json(const Value& value);
// As Go's %v: a number in its shortest form, lists in brackets.
std::string go_text(const Value& value);
// Text as it is, null as "null", containers as compact JSON, others as go_text.
std::string argument_text(const Value& value);

// Arguments of a call in their order; what is no object has none.
std::vector<std::pair<std::string, Value>> arguments_in_order(const ToolCall& call);
std::vector<std::pair<std::string, Value>> arguments_sorted(const ToolCall& call);
// The arguments as one JSON object in their order.
Value arguments_object(const ToolCall& call);

// Without the white space (of Unicode) at its ends, or the newlines at its beginning.
std::string_view trimmed(std::string_view text);
std::string_view trimmed_right(std::string_view text);
std::string_view without_newlines(std::string_view text);
Value trimmed(const Value& text);

std::string upper_case(std::string_view text);
std::string replaced(std::string_view text, std::string_view from, std::string_view to);
inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace lar::chat

// Values of calls as the Gemma families write them: keys sorted and bare, strings between marks.
#pragma once

#include <string>
#include <string_view>

#include "chat/renderers/writer.h"

namespace lar::chat {

struct GemmaStyle {
  std::string_view quote;  // around strings
  std::string_view null;
};

// Writes the marks as control text, the value as content.
void write_gemma_value(PromptWriter& out, const Value& value, const GemmaStyle& style);

// NAME{key:value,...}
void write_gemma_call(PromptWriter& out, const ToolCall& call, const GemmaStyle& style);

// A number in JSON that is whole prints without a fraction.
std::string gemma_number(const Value& value);

}  // namespace lar::chat

#include "chat/renderers/gemma_values.h"

#include <fmt/format.h>

#include <cmath>

namespace lar::chat {

std::string gemma_number(const Value& value) {
  const double number = value.is_int() ? static_cast<double>(value.as_int()) : value.as_double();
  // Beyond 2^63 Go's conversion fails, and the number is printed as it is.
  if (std::trunc(number) == number && std::fabs(number) < 0x1p63) {
    return fmt::format("{}", static_cast<int64_t>(number));
  }
  return go_text(value);
}

void write_gemma_value(PromptWriter& out, const Value& value, const GemmaStyle& style) {
  switch (value.kind()) {
    case Kind::kString: out.tag(style.quote).text(value).tag(style.quote); return;
    case Kind::kBool: out.tag(value.as_bool() ? "true" : "false"); return;
    case Kind::kInt:
    case Kind::kDouble: out.text(gemma_number(value)); return;
    case Kind::kList:
    case Kind::kTuple: {
      out.tag("[");
      bool first = true;
      for (const Value& item : value.items()) {
        if (!first) out.tag(",");
        first = false;
        write_gemma_value(out, item, style);
      }
      out.tag("]");
      return;
    }
    case Kind::kDict: {
      out.tag("{");
      bool first = true;
      for (const auto& [key, item] : value.entries().entries()) {
        if (!first) out.tag(",");
        first = false;
        out.text(key).tag(":");
        write_gemma_value(out, item, style);
      }
      out.tag("}");
      return;
    }
    default: out.tag(style.null);
  }
}

void write_gemma_call(PromptWriter& out, const ToolCall& call, const GemmaStyle& style) {
  out.text(call.name).tag("{");
  bool first = true;
  for (const auto& [name, value] : arguments_sorted(call)) {
    if (!first) out.tag(",");
    first = false;
    out.text(name).tag(":");
    write_gemma_value(out, value, style);
  }
  out.tag("}");
}

}  // namespace lar::chat

#include "chat/parsers/json_text.h"

#include <fmt/format.h>

namespace lar::chat {

JsonScanner::Step JsonText::push(char c, std::string& out) {
  const bool inside = scanner_.in_string();
  const JsonScanner::Step step = scanner_.step(c);
  if (step == JsonScanner::Step::kBad || step == JsonScanner::Step::kEndBefore) return step;
  const auto code = static_cast<unsigned char>(c);
  if (!inside || code >= 0x20) {
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    out += fmt::format("\\u{:04x}", code);
  }
  return step;
}

}  // namespace lar::chat

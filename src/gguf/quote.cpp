#include "gguf/quote.h"

#include "base/utf8.h"

namespace lar::gguf {

std::string quote(std::string_view name) {
  constexpr size_t kShownBytes = 100;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "'";
  bool cut = false;
  while (!name.empty() && !cut) {
    const Utf8Char next = utf8_next(name);
    const bool control =
        next.code_point < 0x20 || (next.code_point >= 0x7F && next.code_point < 0xA0);
    if (next.valid && !control) {
      text.append(name.substr(0, next.bytes));
    } else {
      for (const char c : name.substr(0, next.bytes)) {
        const auto byte = static_cast<unsigned char>(c);
        text.append("\\x").push_back(kHex[byte >> 4]);
        text.push_back(kHex[byte & 15U]);
      }
    }
    name.remove_prefix(next.bytes);
    cut = text.size() > kShownBytes && !name.empty();
  }
  return text + (cut ? "...'" : "'");
}

}  // namespace lar::gguf

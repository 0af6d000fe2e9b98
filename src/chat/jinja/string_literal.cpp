#include "chat/jinja/string_literal.h"

#include <charconv>
#include <optional>

#include "base/utf8.h"

namespace lar::chat::jinja {
namespace {

constexpr std::string_view kNames = "abfnrtv\\'\"";
constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\'\"";

std::optional<char32_t> read_hex(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  uint32_t value = 0;
  const char* end = text.data() + at + digits;
  const auto parsed = std::from_chars(text.data() + at, end, value, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

bool is_high_surrogate(char32_t c) {
  return c >= 0xD800 && c < 0xDC00;
}
bool is_low_surrogate(char32_t c) {
  return c >= 0xDC00 && c < 0xE000;
}

}  // namespace

Result<std::string> unescape_literal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out.push_back(text[i++]);
      continue;
    }
    const char kind = text[i + 1];
    if (const size_t found = kNames.find(kind); found != std::string_view::npos) {
      out.push_back(kValues[found]);
      i += 2;
    } else if (kind == '\n') {
      i += 2;
    } else if (kind >= '0' && kind <= '7') {
      char32_t value = 0;
      size_t digits = 0;
      for (++i; digits < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7'; ++digits) {
        value = value * 8 + static_cast<char32_t>(text[i++] - '0');
      }
      utf8_append(out, value);
    } else if (kind == 'x' || kind == 'u' || kind == 'U') {
      const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
      const auto value = read_hex(text, i + 2, digits);
      if (!value || *value > 0x10FFFF) {
        return fail(Code::kInvalidArgument, "the string holds a broken \\x, \\u or \\U escape");
      }
      char32_t c = *value;
      i += 2 + digits;
      if (is_high_surrogate(c) && text.substr(i).starts_with("\\u")) {
        const auto low = read_hex(text, i + 2, 4);
        if (low && is_low_surrogate(*low)) {
          c = 0x10000 + ((c - 0xD800) << 10) + (*low - 0xDC00);
          i += 6;
        }
      }
      utf8_append(out, is_high_surrogate(c) || is_low_surrogate(c) ? 0xFFFD : c);
    } else if (kind == 'N') {
      return fail(Code::kInvalidArgument, "\\N{...} escapes are not supported");
    } else {
      out.push_back('\\');
      ++i;
    }
  }
  return out;
}

}  // namespace lar::chat::jinja

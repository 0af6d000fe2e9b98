#include "chat/gotemplate/quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::gotemplate {
namespace {

struct Escaped {
  char32_t value = 0;
  bool is_byte = false;  // \x and octal escapes stand for a byte, not for a character
  size_t length = 0;     // after the backslash
};

std::optional<uint32_t> digits(std::string_view text, size_t count, int base) {
  if (text.size() < count) return std::nullopt;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, value, base);
  if (error != std::errc() || end != text.data() + count) return std::nullopt;
  return value;
}

// `rest` is what follows a backslash.
std::optional<Escaped> escape(std::string_view rest, char quote) {
  if (rest.empty()) return std::nullopt;
  switch (rest[0]) {
    case 'a': return Escaped{7, false, 1};
    case 'b': return Escaped{8, false, 1};
    case 'f': return Escaped{12, false, 1};
    case 'n': return Escaped{10, false, 1};
    case 'r': return Escaped{13, false, 1};
    case 't': return Escaped{9, false, 1};
    case 'v': return Escaped{11, false, 1};
    case '\\': return Escaped{'\\', false, 1};
    case '\'':
    case '"':
      if (rest[0] != quote) return std::nullopt;
      return Escaped{static_cast<char32_t>(quote), false, 1};
    case 'x':
    case 'u':
    case 'U': {
      const size_t count = rest[0] == 'x' ? 2 : rest[0] == 'u' ? 4 : 8;
      const auto value = digits(rest.substr(1), count, 16);
      if (!value || *value > 0x10FFFF || (*value >= 0xD800 && *value < 0xE000)) return std::nullopt;
      return Escaped{*value, rest[0] == 'x', count + 1};
    }
    default: break;
  }
  const auto value = digits(rest, 3, 8);
  if (!value || *value > 255) return std::nullopt;
  return Escaped{*value, true, 3};
}

}  // namespace

std::optional<std::string> unquote(std::string_view literal) {
  if (literal.size() < 2) return std::nullopt;
  const char mark = literal.front();
  std::string_view body = literal.substr(1, literal.size() - 2);
  std::string text;
  if (mark == '`') {
    std::ranges::remove_copy(body, std::back_inserter(text), '\r');
    return text;
  }
  while (!body.empty()) {
    if (body[0] != '\\') {
      text += body[0];
      body.remove_prefix(1);
      continue;
    }
    const auto escaped = escape(body.substr(1), mark);
    if (!escaped) return std::nullopt;
    if (escaped->is_byte) {
      text += static_cast<char>(escaped->value);
    } else {
      utf8_append(text, escaped->value);
    }
    body.remove_prefix(1 + escaped->length);
  }
  return text;
}

std::optional<char32_t> unquote_character(std::string_view literal) {
  if (literal.size() < 3) return std::nullopt;
  const std::string_view body = literal.substr(1, literal.size() - 2);
  if (body[0] == '\\') {
    const auto escaped = escape(body.substr(1), '\'');
    if (!escaped || escaped->length + 1 != body.size()) return std::nullopt;
    return escaped->value;
  }
  const Utf8Char c = utf8_next(body);
  if (c.bytes != body.size()) return std::nullopt;
  return c.code_point;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Utf8Char c = utf8_next(text);
    const std::string_view bytes = text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
    if (!c.valid) {
      for (const char byte : bytes) out += fmt::format("\\x{:02x}", static_cast<uint8_t>(byte));
      continue;
    }
    switch (c.code_point) {
      case '"': out += "\\\""; continue;
      case '\\': out += "\\\\"; continue;
      case 7: out += "\\a"; continue;
      case 8: out += "\\b"; continue;
      case 12: out += "\\f"; continue;
      case 10: out += "\\n"; continue;
      case 13: out += "\\r"; continue;
      case 9: out += "\\t"; continue;
      case 11: out += "\\v"; continue;
      default: break;
    }
    if (jinja::is_printable(c.code_point)) {
      out += bytes;
    } else if (c.code_point < 0x80) {
      out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c.code_point));
    } else if (c.code_point < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c.code_point));
    } else {
      out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c.code_point));
    }
  }
  return out + '"';
}

}  // namespace lar::chat::gotemplate

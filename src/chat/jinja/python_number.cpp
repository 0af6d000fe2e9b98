#include "chat/jinja/python_number.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(skip_space(text, 0));
  return text.substr(0, trim_end(text));
}

// Without underscores; nullopt if one does not stand between two digits.
std::optional<std::string> without_underscores(std::string_view text) {
  const auto is_digit_char = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out.push_back(text[i]);
      continue;
    }
    if (i == 0 || i + 1 >= text.size() || !is_digit_char(text[i - 1]) ||
        !is_digit_char(text[i + 1])) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

std::optional<int64_t> parse_python_int(std::string_view text, int base) {
  text = trimmed(text);
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.size() > 2 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    const int marked = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (marked != 0 && (base == 0 || base == marked)) {
      base = marked;
      text.remove_prefix(text[2] == '_' ? 3 : 2);
    }
  }
  if (base == 0) {
    if (text.size() > 1 && text[0] == '0' &&
        text.find_first_not_of("0_") != std::string_view::npos) {
      return std::nullopt;
    }
    base = 10;
  }
  if (base < 2 || base > 36 || text.empty() || text[0] == '-' || text[0] == '+') {
    return std::nullopt;
  }
  auto digits = without_underscores(text);
  if (!digits) return std::nullopt;
  if (negative) digits->insert(0, 1, '-');
  int64_t value = 0;
  const char* end = digits->data() + digits->size();
  const auto parsed = std::from_chars(digits->data(), end, value, base);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

std::optional<double> parse_python_float(std::string_view text) {
  auto digits = without_underscores(trimmed(text));
  if (!digits || digits->empty()) return std::nullopt;
  std::string_view body = *digits;
  bool negative = false;
  if (body[0] == '-' || body[0] == '+') {
    negative = body[0] == '-';
    body.remove_prefix(1);
  }
  const std::string name = lower(body);
  double value = 0;
  if (name == "inf" || name == "infinity") {
    value = std::numeric_limits<double>::infinity();
  } else if (name == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    if (body.empty() || ((body[0] < '0' || body[0] > '9') && body[0] != '.')) return std::nullopt;
    const char* end = body.data() + body.size();
    const auto parsed = std::from_chars(body.data(), end, value);
    if (parsed.ptr != end) return std::nullopt;
    if (parsed.ec == std::errc::result_out_of_range) {
      // Too large, or too small to be told from zero.
      const size_t mark = name.find("e-");
      value = mark != std::string::npos ? 0.0 : std::numeric_limits<double>::infinity();
    } else if (parsed.ec != std::errc()) {
      return std::nullopt;
    }
  }
  return negative ? -value : value;
}

}  // namespace lar::chat::jinja

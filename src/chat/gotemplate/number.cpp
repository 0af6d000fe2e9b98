#include "chat/gotemplate/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "chat/gotemplate/quote.h"

namespace lar::chat::gotemplate {
namespace {

// Underscores may stand between digits only.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
      continue;
    }
    const bool between = i > 0 && i + 1 < text.size() && text[i - 1] != '_';
    if (!between) return std::nullopt;
  }
  return plain;
}

std::optional<int64_t> parse_integer(std::string_view text) {
  bool negative = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  if (text.starts_with('_')) text.remove_prefix(1);
  const auto plain = without_underscores(text);
  if (!plain || plain->empty()) return std::nullopt;
  uint64_t value = 0;
  const char* last = plain->data() + plain->size();
  const auto [end, error] = std::from_chars(plain->data(), last, value, base);
  if (error != std::errc() || end != last) return std::nullopt;
  const uint64_t most = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (value > most) return std::nullopt;
  return negative ? static_cast<int64_t>(0 - value) : static_cast<int64_t>(value);
}

std::optional<double> parse_float(std::string_view text) {
  bool negative = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  auto format = std::chars_format::general;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    // Go wants an exponent in a hexadecimal float.
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    format = std::chars_format::hex;
    text.remove_prefix(2);
  } else if (text.find('_') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto plain = without_underscores(text);
  if (!plain) return std::nullopt;
  double value = 0;
  const char* last = plain->data() + plain->size();
  const auto [end, error] = std::from_chars(plain->data(), last, value, format);
  if (error != std::errc() || end != last) return std::nullopt;
  return negative ? -value : value;
}

// value = 0.d1d2d3... * 10^point with the fewest digits that read back as `value`.
struct Shortest {
  bool negative = false;
  std::string digits;
  int point = 0;
};

Shortest shortest(double value) {
  Shortest out;
  out.negative = std::signbit(value);
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                    std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<size_t>(result.ptr - buffer.data()));
  const size_t e = text.find('e');
  for (const char c : text.substr(0, e)) {
    if (c != '.') out.digits += c;
  }
  int exponent = 0;
  std::string_view power = text.substr(e + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  while (out.digits.size() > 1 && out.digits.back() == '0') out.digits.pop_back();
  out.point = out.digits == "0" ? 1 : exponent + 1;
  return out;
}

std::string scientific(const Shortest& number) {
  std::string out = number.negative ? "-" : "";
  out += number.digits[0];
  if (number.digits.size() > 1) out += "." + number.digits.substr(1);
  const int exponent = number.point - 1;
  const std::string power = std::to_string(std::abs(exponent));
  return out + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
}

std::string fixed(const Shortest& number) {
  std::string out = number.negative ? "-" : "";
  const auto count = static_cast<int>(number.digits.size());
  if (number.point <= 0) {
    out += "0." + std::string(static_cast<size_t>(-number.point), '0') + number.digits;
  } else if (number.point >= count) {
    out += number.digits + std::string(static_cast<size_t>(number.point - count), '0');
  } else {
    const auto point = static_cast<size_t>(number.point);
    out += number.digits.substr(0, point) + "." + number.digits.substr(point);
  }
  return out;
}

std::optional<std::string> not_finite(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  return std::nullopt;
}

}  // namespace

std::optional<Constant> parse_number(std::string_view literal, bool is_character) {
  if (is_character) {
    const auto c = unquote_character(literal);
    if (!c) return std::nullopt;
    return Constant{true, static_cast<int64_t>(*c), static_cast<double>(*c)};
  }
  if (const auto integer = parse_integer(literal)) {
    return Constant{true, *integer, static_cast<double>(*integer)};
  }
  const auto number = parse_float(literal);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  // An integer that does not fit is an error.
  if (literal.find_first_of(".eEpP") == std::string_view::npos) return std::nullopt;
  return Constant{false, 0, *number};
}

std::string format_float(double value, char format) {
  if (const auto text = not_finite(value)) return *text;
  const Shortest number = shortest(value);
  if (format == 'e') return scientific(number);
  if (format == 'f') return fixed(number);
  const int exponent = number.point - 1;
  return exponent < -4 || exponent >= 6 ? scientific(number) : fixed(number);
}

std::string json_float(double value) {
  const double size = std::fabs(value);
  if (size != 0 && (size < 1e-6 || size >= 1e21)) {
    std::string text = format_float(value, 'e');
    // "1e-09" becomes "1e-9".
    const size_t n = text.size();
    if (n >= 4 && text[n - 4] == 'e' && text[n - 3] == '-' && text[n - 2] == '0') {
      text.erase(n - 2, 1);
    }
    return text;
  }
  return format_float(value, 'f');
}

std::string format_float_digits(double value, char format, int precision) {
  if (const auto text = not_finite(value)) return *text;
  std::array<char, 512> buffer{};
  const char spec[] = {'%', '.', '*', format, '\0'};
  precision = std::clamp(precision, 0, 100);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  const int length = std::snprintf(buffer.data(), buffer.size(), spec, precision, value);
#pragma GCC diagnostic pop
  return std::string(buffer.data(), static_cast<size_t>(std::clamp(length, 0, 511)));
}

}  // namespace lar::chat::gotemplate

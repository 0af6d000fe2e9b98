#include "chat/jinja/format_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/utf8.h"
#include "chat/jinja/arguments.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

constexpr int64_t kWidthMax = int64_t{1} << 31;

bool is_align(char c) {
  return c == '<' || c == '>' || c == '^' || c == '=';
}

bool read_count(std::string_view text, size_t* at, int64_t* out) {
  const size_t begin = *at;
  int64_t value = 0;
  for (; *at < text.size() && text[*at] >= '0' && text[*at] <= '9'; ++*at) {
    value = std::min<int64_t>(value * 10 + (text[*at] - '0'), kWidthMax);
  }
  *out = value;
  return *at > begin;
}

Result<FormatSpec> parse_spec(std::string_view text, const Value& value) {
  FormatSpec spec;
  size_t at = 0;
  const auto peek = [&](size_t i) { return i < text.size() ? text[i] : '\0'; };
  const size_t first = text.empty() ? 0 : offset_of_char(text, 1);
  if (first > 0 && is_align(peek(first))) {
    spec.fill = text.substr(0, first);
    spec.align = text[first];
    at = first + 1;
  } else if (is_align(peek(0))) {
    spec.align = text[0];
    at = 1;
  }
  if (peek(at) == '+' || peek(at) == '-' || peek(at) == ' ') spec.sign = text[at++];
  if (peek(at) == '#') {
    spec.alternate = true;
    ++at;
  }
  if (peek(at) == '0' && spec.align == 0) {
    spec.zero = true;
    spec.fill = "0";
    spec.align = is_number(value) ? '=' : '<';
    ++at;
  } else if (peek(at) == '0') {
    ++at;
  }
  read_count(text, &at, &spec.width);
  if (peek(at) == ',' || peek(at) == '_') spec.grouping = text[at++];
  if (peek(at) == '.') {
    ++at;
    int64_t precision = 0;
    if (!read_count(text, &at, &precision)) {
      return value_error("Format specifier missing precision");
    }
    spec.precision = precision;
  }
  if (at < text.size()) spec.type = text[at++];
  if (at < text.size()) {
    return value_error(fmt::format("Invalid format specifier '{}' for object of type '{}'", text,
                                   type_name(value)));
  }
  return spec;
}

std::unexpected<Error> unknown_code(char type, const Value& value) {
  return value_error(
      fmt::format("Unknown format code '{}' for object of type '{}'", type, type_name(value)));
}

// `digits` behind its sign and prefix, padded as the specification says.
void append_padded(TextBuilder& out,
                   const FormatSpec& spec,
                   std::string_view prefix,
                   const Value& body,
                   char default_align) {
  const auto length = static_cast<int64_t>(prefix.size() + count_chars(body.text()));
  const int64_t missing = std::max<int64_t>(spec.width - length, 0);
  const char align = spec.align != 0 ? spec.align : default_align;
  int64_t left = 0;
  if (align == '>') left = missing;
  if (align == '^') left = missing / 2;
  const auto fill = [&](int64_t times) {
    out.append_repeated(spec.fill, static_cast<uint64_t>(times), Origin::kTemplate);
  };
  fill(left);
  out.append(prefix, Origin::kTemplate);
  if (align == '=') {
    fill(missing);
    left = missing;
  }
  out.append(body);
  fill(missing - left);
}

Result<std::string> float_digits(const FormatSpec& spec, double magnitude, const Value& value) {
  const int64_t precision = spec.precision.value_or(6);
  if (precision > kPrecisionMax) return value_error("precision too big");
  switch (spec.type) {
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case '%': return format_float(magnitude, spec.type, precision, spec.alternate);
    case 'n': return format_float(magnitude, 'g', precision, spec.alternate);
    case 0: {
      if (!spec.precision) return float_repr(magnitude);
      std::string digits = format_float(magnitude, 'g', precision, spec.alternate);
      if (digits.find_first_of(".en") == std::string::npos) {
        // One digit behind the point, unless that needs more than the precision.
        if (static_cast<int64_t>(digits.size()) >= std::max<int64_t>(precision, 1)) {
          return format_float(magnitude, 'e', std::max<int64_t>(precision, 1) - 1, false);
        }
        digits += ".0";
      }
      return digits;
    }
    default: return unknown_code(spec.type, value);
  }
}

Result<void> append_number(Renderer& renderer,
                           TextBuilder& out,
                           const Value& value,
                           const FormatSpec& spec) {
  const bool integral = !value.is_double();
  const bool as_float =
      !integral ||
      (spec.type != 0 && std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos);
  bool negative = false;
  std::string digits;
  std::string prefix;
  if (as_float) {
    const double number = to_double(value);
    negative = std::signbit(number) && !std::isnan(number);
    LAR_TRY(digits, float_digits(spec, std::fabs(number), value));
  } else {
    if (spec.precision) return value_error("Precision not allowed in integer format specifier");
    negative = value.as_int() < 0;
    auto magnitude = static_cast<uint64_t>(value.as_int());
    if (negative) magnitude = 0 - magnitude;
    switch (spec.type) {
      case 'c':
        if (negative || magnitude > 0x10FFFF) return value_error("%c arg not in range(0x110000)");
        utf8_append(digits, static_cast<char32_t>(magnitude));
        break;
      case 0:
      case 'd':
      case 'n':
      case 'b':
      case 'o':
      case 'x':
      case 'X':
        digits = format_integer(magnitude, spec.type == 0 || spec.type == 'n' ? 'd' : spec.type);
        if (spec.alternate && spec.type != 0 && spec.type != 'd' && spec.type != 'n') {
          prefix = fmt::format("0{}", spec.type);
        }
        break;
      default: return unknown_code(spec.type, value);
    }
  }
  std::string sign;
  if (negative) {
    sign = "-";
  } else if (spec.sign != '-') {
    sign = std::string(1, spec.sign);
  }
  prefix = sign + prefix;
  if (spec.grouping != 0) {
    const bool binary =
        spec.type == 'b' || spec.type == 'o' || spec.type == 'x' || spec.type == 'X';
    digits = group_digits(digits, spec.grouping, binary ? 4 : 3);
  }
  append_padded(out, spec, prefix, renderer.text(digits, Origin::kTemplate), '>');
  return {};
}

}  // namespace

std::string format_integer(uint64_t magnitude, char type) {
  switch (type) {
    case 'b': return fmt::format("{:b}", magnitude);
    case 'o': return fmt::format("{:o}", magnitude);
    case 'x': return fmt::format("{:x}", magnitude);
    case 'X': return fmt::format("{:X}", magnitude);
    default: return fmt::format("{}", magnitude);
  }
}

std::string format_float(double magnitude, char type, int64_t precision, bool alternate) {
  const bool upper_case = type == 'E' || type == 'F' || type == 'G';
  if (std::isnan(magnitude)) return upper_case ? "NAN" : "nan";
  if (std::isinf(magnitude)) return upper_case ? "INF" : "inf";
  const bool percent = type == '%';
  const std::string format = fmt::format("%{}.*{}", alternate ? "#" : "", percent ? 'f' : type);
  const double number = percent ? magnitude * 100 : magnitude;
  char buffer[kPrecisionMax + 400];
  // NOLINTNEXTLINE(cert-err33-c): the buffer holds the longest double and precision
  const int written =
      std::snprintf(buffer, sizeof buffer, format.c_str(), static_cast<int>(precision), number);
  std::string out(buffer, static_cast<size_t>(std::max(written, 0)));
  if (percent) out.push_back('%');
  return out;
}

std::string group_digits(std::string_view digits, char separator, size_t group) {
  const size_t whole = std::min(digits.find_first_not_of("0123456789abcdefABCDEF"), digits.size());
  std::string out;
  for (size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % group == 0) out.push_back(separator);
    out.push_back(digits[i]);
  }
  return out.append(digits.substr(whole));
}

Result<void> append_formatted(Renderer& renderer,
                              TextBuilder& out,
                              const Value& value,
                              std::string_view text) {
  if (text.empty()) {
    append_str(out, value);
    return {};
  }
  if (!value.is_string() && !is_number(value)) {
    return type_error(
        fmt::format("unsupported format string passed to {}.__format__", type_name(value)));
  }
  LAR_TRY(const FormatSpec spec, parse_spec(text, value));
  if (!value.is_string()) return append_number(renderer, out, value, spec);
  if (spec.type != 0 && spec.type != 's') return unknown_code(spec.type, value);
  if (spec.align == '=') {
    return value_error("'=' alignment not allowed in string format specifier");
  }
  if (spec.sign != '-') return value_error("Sign not allowed in string format specifier");
  if (spec.grouping != 0) {
    return value_error(fmt::format("Cannot specify '{}' with 's'.", spec.grouping));
  }
  Value body = value;
  if (spec.precision) {
    const size_t end = offset_of_char(value.text(), static_cast<size_t>(*spec.precision));
    body = slice_string(value, 0, end, renderer.meter());
  }
  append_padded(out, spec, "", body, '<');
  return {};
}

}  // namespace lar::chat::jinja

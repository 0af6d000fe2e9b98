// Numbers as Go reads and writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lar::chat::gotemplate {

struct Constant {
  bool is_int = false;
  int64_t integer = 0;
  double number = 0;
};

// A number or character literal; nothing where it is malformed, or an integer beyond 64 bits.
std::optional<Constant> parse_number(std::string_view literal, bool is_character);

// strconv's shortest form; `format` is 'e', 'f' or 'g'.
std::string format_float(double value, char format);

// As encoding/json writes a float64.
std::string json_float(double value);

// Fixed digits: %.3f, %.2e, %.4g.
std::string format_float_digits(double value, char format, int precision);

}  // namespace lar::chat::gotemplate

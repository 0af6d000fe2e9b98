// Python's format specification: ">10", "05.2f", ",": shared by str.format and format filters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/text_builder.h"
#include "chat/value.h"

namespace lar::chat::jinja {

class Renderer;

struct FormatSpec {
  std::string fill = " ";
  char align = 0;  // < > ^ =, or none
  char sign = '-';
  bool alternate = false;
  bool zero = false;
  int64_t width = 0;
  char grouping = 0;  // , or _
  std::optional<int64_t> precision;
  char type = 0;
};

// Appends `value` as format(value, spec) gives it.
Result<void> append_formatted(Renderer& renderer,
                              TextBuilder& out,
                              const Value& value,
                              std::string_view spec);

// The digits of a number that is not negative, in the manner of `type` (one of eEfFgG%).
std::string format_float(double magnitude, char type, int64_t precision, bool alternate);
std::string format_integer(uint64_t magnitude, char type);

// Digits with a separator between groups, before any point or exponent.
std::string group_digits(std::string_view digits, char separator, size_t group);

inline constexpr int64_t kPrecisionMax = 1000;

}  // namespace lar::chat::jinja

// int() and float() of a string, as Python reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lar::chat::jinja {

// With blanks around, a sign, underscores between digits and, for base 0 or its own base, a
// prefix. Nullopt also where it does not fit 64 bits.
std::optional<int64_t> parse_python_int(std::string_view text, int base);
std::optional<double> parse_python_float(std::string_view text);

}  // namespace lar::chat::jinja

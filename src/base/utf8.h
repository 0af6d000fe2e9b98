// UTF-8 as the Unicode standard defines it (no surrogates, no overlong forms, at most U+10FFFF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lar {

struct Utf8Char {
  char32_t code_point = 0xFFFD;
  uint8_t bytes = 0;   // bytes consumed, at least 1 where text is not empty
  bool valid = false;  // false: `bytes` bytes are not UTF-8 and stand for one U+FFFD
};

// The first character of `text` (which is not empty). An ill-formed sequence consumes its maximal
// subpart (Unicode 15, section 3.9, "U+FFFD Substitution of Maximal Subparts").
Utf8Char utf8_next(std::string_view text);

bool utf8_valid(std::string_view text);

// Bytes at the end of `text` that begin a character and lack its rest (0 to 3).
size_t utf8_incomplete_tail(std::string_view text);

void utf8_append(std::string& out, char32_t code_point);

// `text` with each ill-formed sequence replaced by U+FFFD.
std::string utf8_sanitize(std::string_view text);

}  // namespace lar

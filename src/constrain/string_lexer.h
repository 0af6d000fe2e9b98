// The inside of a JSON string, byte by byte: UTF-8 and escapes as characters. The position inside
// a character fits one word, so that it can be part of a state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "constrain/char_set.h"

namespace lar::constrain {

using LexState = uint32_t;
constexpr LexState kBetweenChars = 0;

struct LexStep {
  enum class Kind : uint8_t { kInvalid, kPending, kChar, kClose };
  Kind kind = Kind::kInvalid;
  LexState state = kBetweenChars;  // kPending
  char32_t value = 0;              // kChar
  bool escaped = false;            // kChar: written as an escape
};

LexStep lex_byte(LexState state, uint8_t byte);

bool lex_escaped(LexState state);

// The characters that a pending state can become (up to `count` ranges).
struct LexReach {
  std::array<CharRange, 10> ranges;
  size_t count = 0;
};
LexReach lex_reach(LexState state);

// Characters that JSON cannot write without an escape.
constexpr bool needs_escape(char32_t c) {
  return c < 0x20 || c == '"' || c == '\\';
}

}  // namespace lar::constrain

#include "constrain/string_lexer.h"

#include <algorithm>
#include <string_view>

namespace lar::constrain {
namespace {

// kind: bits 0-2; bytes or digits: bits 3-5; value: bits 6-31. After a high surrogate the value
// holds its ten bits above the sixteen of the low unit.
enum Position : uint32_t { kPlain, kUtf8, kEscape, kHex, kLowEscape, kLowU, kLowHex };

constexpr LexState pack(Position kind, uint32_t count, uint32_t value) {
  return kind | (count << 3) | (value << 6);
}
constexpr Position kind_of(LexState s) {
  return static_cast<Position>(s & 7U);
}
constexpr uint32_t count_of(LexState s) {
  return s >> 3 & 7U;
}
constexpr uint32_t value_of(LexState s) {
  return s >> 6;
}

constexpr uint32_t kNotHex = 16;
constexpr uint32_t hex_digit(uint8_t byte) {
  if (byte >= '0' && byte <= '9') return byte - uint32_t{'0'};
  if (byte >= 'a' && byte <= 'f') return byte - uint32_t{'a'} + 10;
  if (byte >= 'A' && byte <= 'F') return byte - uint32_t{'A'} + 10;
  return kNotHex;
}

LexStep pending(LexState state) {
  return {.kind = LexStep::Kind::kPending, .state = state};
}
LexStep done(char32_t value, bool escaped) {
  return {.kind = LexStep::Kind::kChar, .value = value, .escaped = escaped};
}

LexStep start_char(uint8_t byte) {
  if (byte == '"') return {.kind = LexStep::Kind::kClose};
  if (byte == '\\') return pending(pack(kEscape, 0, 0));
  if (byte < 0x20) return {};
  if (byte < 0x80) return done(byte, false);
  if (byte >= 0xC2 && byte <= 0xDF) return pending(pack(kUtf8, 1, byte & 0x1FU));
  if (byte >= 0xE0 && byte <= 0xEF) return pending(pack(kUtf8, 2, byte & 0x0FU));
  if (byte >= 0xF0 && byte <= 0xF4) return pending(pack(kUtf8, 3, byte & 0x07U));
  return {};
}

// `value` has the bits so far of a character that lacks `left` bytes.
LexStep continue_utf8(uint32_t left, uint32_t value, uint8_t byte) {
  if ((byte & 0xC0U) != 0x80) return {};
  const uint32_t next = value << 6 | (byte & 0x3FU);
  // The second byte rules out overlong forms, surrogates and what is beyond U+10FFFF.
  if (left == 2 && value < 0x10 && (next < 0x20 || (next >= 0x360 && next <= 0x37F))) return {};
  if (left == 3 && (next < 0x10 || next > 0x10F)) return {};
  return left == 1 ? done(next, false) : pending(pack(kUtf8, left - 1, next));
}

LexStep continue_hex(Position kind, uint32_t count, uint32_t value, uint8_t byte) {
  const uint32_t digit = hex_digit(byte);
  if (digit == kNotHex) return {};
  const uint32_t high = value >> 16;
  const uint32_t unit = (value & 0xFFFFU) << 4 | digit;
  if (kind == kLowHex) {
    if (count == 0 && digit != 0xD) return {};
    if (count == 1 && unit < 0xDC) return {};
    if (count < 3) return pending(pack(kLowHex, count + 1, high << 16 | unit));
    return done(0x10000 + (high << 10) + (unit - 0xDC00), true);
  }
  if (count == 1 && unit >= 0xDC && unit <= 0xDF) return {};
  if (count < 3) return pending(pack(kHex, count + 1, unit));
  if (unit >= 0xD800 && unit <= 0xDBFF) return pending(pack(kLowEscape, 0, (unit - 0xD800) << 16));
  return done(unit, true);
}

}  // namespace

LexStep lex_byte(LexState state, uint8_t byte) {
  const uint32_t value = value_of(state);
  switch (kind_of(state)) {
    case kPlain: return start_char(byte);
    case kUtf8: return continue_utf8(count_of(state), value, byte);
    case kEscape: {
      constexpr std::string_view kNames = "\"\\/bfnrt";
      constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
      if (byte == 'u') return pending(pack(kHex, 0, 0));
      const size_t at = kNames.find(static_cast<char>(byte));
      if (at == std::string_view::npos) return {};
      return done(static_cast<unsigned char>(kValues[at]), true);
    }
    case kHex:
    case kLowHex: return continue_hex(kind_of(state), count_of(state), value, byte);
    case kLowEscape: return byte == '\\' ? pending(pack(kLowU, 0, value)) : LexStep{};
    case kLowU: return byte == 'u' ? pending(pack(kLowHex, 0, value)) : LexStep{};
  }
  return {};
}

bool lex_escaped(LexState state) {
  return kind_of(state) != kPlain && kind_of(state) != kUtf8;
}

LexReach lex_reach(LexState state) {
  LexReach out;
  const auto add = [&](char32_t first, char32_t last) {
    // Surrogates are no characters.
    if (first < kFirstSurrogate && last >= kFirstSurrogate) {
      out.ranges[out.count++] = {first, kFirstSurrogate - 1};
      first = kLastSurrogate + 1;
    } else if (first >= kFirstSurrogate && first <= kLastSurrogate) {
      first = kLastSurrogate + 1;
    }
    if (first <= last) out.ranges[out.count++] = {first, last};
  };
  const uint32_t value = value_of(state);
  switch (kind_of(state)) {
    case kPlain: add(0, kMaxCodePoint); break;
    case kUtf8: {
      const uint32_t left = count_of(state);
      const uint32_t shift = 6 * left;
      const char32_t lowest = left == 3 ? 0x10000 : left == 2 && value < 0x10 ? 0x800 : 0;
      add(std::max<char32_t>(value << shift, lowest),
          std::min<char32_t>((value << shift) | ((1U << shift) - 1), kMaxCodePoint));
      break;
    }
    case kEscape: add(0, kMaxCodePoint); break;
    case kHex: {
      const uint32_t shift = 4 * (4 - count_of(state));
      const uint32_t first = value << shift;
      const uint32_t last = first | ((1U << shift) - 1);
      add(first, last);
      const uint32_t high_first = std::max<uint32_t>(first, 0xD800);
      const uint32_t high_last = std::min<uint32_t>(last, 0xDBFF);
      if (high_first <= high_last) {
        add(0x10000 + ((high_first - 0xD800) << 10),
            0x10000 + ((high_last - 0xD800) << 10) + 0x3FF);
      }
      break;
    }
    case kLowEscape:
    case kLowU: {
      const char32_t first = 0x10000 + (value >> 16 << 10);
      add(first, first + 0x3FF);
      break;
    }
    case kLowHex: {
      const uint32_t count = count_of(state);
      const uint32_t shift = 4 * (4 - count);
      const uint32_t unit =
          count == 0 ? 0xDC00 : std::max<uint32_t>((value & 0xFFFFU) << shift, 0xDC00);
      const uint32_t last =
          count == 0
              ? 0xDFFF
              : std::min<uint32_t>(((value & 0xFFFFU) << shift) | ((1U << shift) - 1), 0xDFFF);
      const char32_t base = 0x10000 + (value >> 16 << 10);
      add(base + unit - 0xDC00, base + last - 0xDC00);
      break;
    }
  }
  return out;
}

}  // namespace lar::constrain

#include "base/utf8.h"

#include <algorithm>

namespace lar {
namespace {

struct Lead {
  uint8_t length = 0;         // 0: not a lead byte
  uint8_t second_min = 0x80;  // range of the second byte (Unicode 15, table 3-7)
  uint8_t second_max = 0xBF;
};

constexpr Lead lead_of(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

uint8_t byte_at(std::string_view text, size_t i) {
  return static_cast<uint8_t>(text[i]);
}

}  // namespace

Utf8Char utf8_next(std::string_view text) {
  const uint8_t first = byte_at(text, 0);
  const Lead lead = lead_of(first);
  if (lead.length == 1) return {first, 1, true};
  if (lead.length == 0) return {0xFFFD, 1, false};
  char32_t code_point = first & (0x7FU >> lead.length);
  for (uint8_t i = 1; i < lead.length; ++i) {
    if (i >= text.size()) return {0xFFFD, i, false};
    const uint8_t byte = byte_at(text, i);
    const uint8_t low = i == 1 ? lead.second_min : uint8_t{0x80};
    const uint8_t high = i == 1 ? lead.second_max : uint8_t{0xBF};
    if (byte < low || byte > high) return {0xFFFD, i, false};
    code_point = (code_point << 6) | (byte & 0x3FU);
  }
  return {code_point, lead.length, true};
}

bool utf8_valid(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char next = utf8_next(text);
    if (!next.valid) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

size_t utf8_incomplete_tail(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const std::string_view tail = text.substr(text.size() - back);
    const Lead lead = lead_of(byte_at(tail, 0));
    if (lead.length == 0) continue;
    const Utf8Char next = utf8_next(tail);
    return lead.length > back && !next.valid && next.bytes == back ? back : 0;
  }
  return 0;
}

void utf8_append(std::string& out, char32_t code_point) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

std::string utf8_sanitize(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char next = utf8_next(text);
    if (next.valid) {
      out.append(text.substr(0, next.bytes));
    } else {
      utf8_append(out, 0xFFFD);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace lar

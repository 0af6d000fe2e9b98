#include "tokenizer/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace lar::tokenizer {
namespace {

constexpr CategoryRun kRuns[] = {
#include "tokenizer/unicode_categories.inc"
};

}  // namespace

std::span<const CategoryRun> category_runs() {
  return kRuns;
}

Category category_of(char32_t code_point) {
  const auto* next =
      std::upper_bound(std::begin(kRuns), std::end(kRuns), code_point,
                       [](char32_t value, const CategoryRun& run) { return value < run.first; });
  return std::prev(next)->category;
}

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_word(char32_t c) {
  if (in_categories(c, kLetterMask | kMarkMask | category_mask({kNd, kNl, kPc}))) return true;
  // Circled and squared letters are alphabetic symbols; the small numbers are a custom of the
  // regular expression library that the reference tokenizers use.
  return (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
         (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189) || c == 0xB2 ||
         c == 0xB3 || c == 0xB9 || (c >= 0xBC && c <= 0xBE);
}

char32_t to_lower(char32_t code_point) {
  if (code_point < 0x80) {
    return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
  }
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point)));
}

void append_decomposed(std::u32string& out, char32_t code_point) {
  if (code_point < 0xC0) {
    out.push_back(code_point);
    return;
  }
  // The longest canonical decomposition has four characters.
  std::array<utf8proc_int32_t, 8> parts{};
  const auto count = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(code_point), parts.data(),
      static_cast<utf8proc_ssize_t>(parts.size()), UTF8PROC_DECOMPOSE, nullptr);
  if (count < 1 || static_cast<size_t>(count) > parts.size()) {
    out.push_back(code_point);
    return;
  }
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    out.push_back(static_cast<char32_t>(parts[i]));
  }
}

}  // namespace lar::tokenizer

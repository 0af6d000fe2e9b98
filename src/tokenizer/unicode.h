// Character properties that the tokenizers' rules name. Categories are a table of our own
// (Unicode 16), so that tokens do not depend on the libraries of a machine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace lar::tokenizer {

// General categories, in an order that makes a bit mask of each.
enum Category : uint8_t {
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCs,
  kCo,
  kCn,
};

constexpr uint32_t category_mask(std::initializer_list<Category> categories) {
  uint32_t mask = 0;
  for (const Category category : categories) mask |= 1U << category;
  return mask;
}

inline constexpr uint32_t kLetterMask = category_mask({kLu, kLl, kLt, kLm, kLo});
inline constexpr uint32_t kMarkMask = category_mask({kMn, kMc, kMe});
inline constexpr uint32_t kNumberMask = category_mask({kNd, kNl, kNo});
inline constexpr uint32_t kPunctuationMask = category_mask({kPc, kPd, kPs, kPe, kPi, kPf, kPo});
inline constexpr uint32_t kSymbolMask = category_mask({kSm, kSc, kSk, kSo});

inline constexpr char32_t kCodePointMax = 0x10FFFF;

// One category from `first` to the next run's `first` (exclusive), the last to kCodePointMax.
struct CategoryRun {
  char32_t first;
  Category category;
};
std::span<const CategoryRun> category_runs();

Category category_of(char32_t code_point);

inline bool in_categories(char32_t code_point, uint32_t mask) {
  return (mask >> category_of(code_point) & 1U) != 0;
}

// The property White_Space, which is what \s means.
bool is_white_space(char32_t code_point);

// \w: what is alphabetic, marks, decimal digits and connectors.
bool is_word(char32_t code_point);

char32_t to_lower(char32_t code_point);

// Appends the canonical decomposition of one character.
void append_decomposed(std::u32string& out, char32_t code_point);

}  // namespace lar::tokenizer

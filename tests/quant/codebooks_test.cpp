#include "quant/codebooks.h"

#include <gtest/gtest.h>

#include <set>

namespace lar::quant {
namespace {

template <class Vector, size_t kCount>
void expect_distinct_on_levels(const Codebook<Vector, kCount>& book, const std::set<int>& levels) {
  std::set<Vector> seen;
  for (const Vector vector : book.vectors) {
    EXPECT_TRUE(seen.insert(vector).second);
    for (size_t i = 0; i < sizeof(Vector); ++i) {
      const auto byte = static_cast<int>((vector >> (8 * i)) & 0xFF);
      EXPECT_TRUE(levels.contains(byte)) << byte;
    }
  }
}

TEST(Codebooks, HoldDistinctVectorsOfTheirLevels) {
  const std::set<int> two_bit = {8, 25, 43};
  expect_distinct_on_levels(kIq2xxsGrid, two_bit);
  expect_distinct_on_levels(kIq2xsGrid, two_bit);
  expect_distinct_on_levels(kIq2sGrid, two_bit);
  expect_distinct_on_levels(kIq1sGrid, {0, 1, 0xFF});
  expect_distinct_on_levels(kIq3xxsGrid, {4, 12, 20, 28, 36, 44, 52, 62});
  expect_distinct_on_levels(kIq3sGrid, {1, 3, 5, 7, 9, 11, 13, 15});
}

TEST(Codebooks, SignPatternsNegateAnEvenNumber) {
  for (unsigned i = 0; i < 128; ++i) {
    EXPECT_EQ(kSignPatterns[i] & 127U, i);
    EXPECT_EQ(__builtin_popcount(kSignPatterns[i]) % 2, 0);
  }
}

}  // namespace
}  // namespace lar::quant

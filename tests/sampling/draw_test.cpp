#include "sampling/draw.h"

#include <gtest/gtest.h>

#include <array>

#include "support.h"

namespace lar::sampling::test {
namespace {

TEST(Draw, FrequenciesAreTheProbabilities) {
  constexpr int kDraws = 100'000;
  const std::vector<float> probabilities{0.5F, 0.25F, 0.15F, 0.07F, 0.03F};
  Set set(probabilities);
  Random random(12345);
  std::array<int, 5> counts{};
  for (int i = 0; i < kDraws; ++i) ++counts[draw(set.candidates, random)];
  double chi_squared = 0.0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = static_cast<double>(probabilities[i]) * kDraws;
    chi_squared += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  EXPECT_LT(chi_squared, 18.5);  // 4 degrees of freedom: above it once in 1000 seeds
}

TEST(Draw, NeverChoosesWhatHasNoProbability) {
  Set set({0.5F, 0.5F, 0.5F});
  set.storage[0].logit = -3e38F;
  set.storage[2].logit = -3e38F;
  Random random(1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(draw(set.candidates, random), 1U);
}

TEST(Draw, BestIsTheFirstOfEquals) {
  Set set({0.2F, 0.4F, 0.4F});
  EXPECT_EQ(best(set.candidates), 1U);
}

}  // namespace
}  // namespace lar::sampling::test

#include "sampling/mirostat.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support.h"

namespace lar::sampling::test {
namespace {

Params with(int32_t version, float tau, float eta = 0.1F) {
  Params params;
  params.mirostat = version;
  params.mirostat_tau = tau;
  params.mirostat_eta = eta;
  return params;
}

// Zipf's law over `count` tokens.
std::vector<float> zipf(size_t count) {
  std::vector<float> result;
  for (size_t i = 0; i < count; ++i) result.push_back(1.0F / static_cast<float>(i + 1));
  return result;
}

TEST(Mirostat, TheFirstBoundIsTwiceTheTarget) {
  EXPECT_EQ(Mirostat(with(2, 3.0F)).bound(), 6.0F);
}

TEST(Mirostat, Version2CutsWhatSurprisesMoreThanTheBound) {
  // Surprises of 1, 2, 3 and 3 bits; the bound is 2.5.
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    Set set({0.125F, 0.5F, 0.25F, 0.125F});
    Mirostat mirostat(with(2, 1.25F));
    const size_t chosen = mirostat.draw(set.candidates, 4, random);
    EXPECT_EQ(set.candidates.items.size(), 2U);
    const int32_t token = set.candidates.items[chosen].token;
    ASSERT_TRUE(token == 1 || token == 2);
    // Of the two that are left with 2/3 and 1/3.
    const float surprise = token == 1 ? std::log2(1.5F) : std::log2(3.0F);
    EXPECT_NEAR(mirostat.bound(), 2.5F - 0.1F * (surprise - 1.25F), 1e-5F);
  }
}

TEST(Mirostat, ABoundOfZeroLeavesTheBest) {
  Random random(1);
  Set set({0.3F, 0.4F, 0.3F});
  Mirostat mirostat(with(2, 0.0F));
  EXPECT_EQ(set.candidates.items[mirostat.draw(set.candidates, 3, random)].token, 1);
}

TEST(Mirostat, BothVersionsHoldTheTargetSurprise) {
  const std::vector<float> law = zipf(2000);
  for (const int32_t version : {1, 2}) {
    Random random(9);
    Mirostat mirostat(with(version, 4.0F));
    double surprise = 0.0;
    constexpr int kDraws = 3000;
    for (int i = 0; i < kDraws; ++i) {
      Set set(law);
      const size_t chosen = mirostat.draw(set.candidates, 2000, random);
      // The surprise it sees is that under what it left.
      surprise -= std::log2(static_cast<double>(set.candidates.items[chosen].p));
    }
    EXPECT_NEAR(surprise / kDraws, 4.0, 0.15) << "version " << version;
  }
}

TEST(Mirostat, FlatAndLoneDistributionsAreNoTrouble) {
  for (const int32_t version : {1, 2}) {
    Random random(2);
    Mirostat mirostat(with(version, 5.0F, 100.0F));
    for (int i = 0; i < 50; ++i) {
      Set flat(std::vector<float>(64, 1.0F));
      EXPECT_LT(mirostat.draw(flat.candidates, 64, random), 64U);
      Set lone({1.0F});
      EXPECT_EQ(mirostat.draw(lone.candidates, 64, random), 0U);
    }
  }
}

}  // namespace
}  // namespace lar::sampling::test

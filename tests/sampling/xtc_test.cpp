#include "sampling/xtc.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lar::sampling::test {
namespace {

Params with(float probability, float threshold) {
  Params params;
  params.xtc_probability = probability;
  params.xtc_threshold = threshold;
  return params;
}

TEST(Xtc, LeavesTheLeastLikelyOfTheTopChoices) {
  Random random(1);
  Set set({0.05F, 0.4F, 0.2F, 0.3F, 0.05F});
  apply_xtc(set.candidates, with(1.0F, 0.15F), random);
  EXPECT_EQ(set.tokens(), (Tokens{0, 2, 4}));
}

TEST(Xtc, OneTopChoiceStays) {
  Random random(1);
  Set set({0.05F, 0.9F, 0.05F});
  apply_xtc(set.candidates, with(1.0F, 0.15F), random);
  EXPECT_EQ(set.tokens().size(), 3U);
}

TEST(Xtc, ActsAsOftenAsItsProbabilitySays) {
  Random random(5);
  int acted = 0;
  for (int i = 0; i < 10'000; ++i) {
    Set set({0.5F, 0.5F});
    apply_xtc(set.candidates, with(0.3F, 0.1F), random);
    acted += set.candidates.items.size() == 1 ? 1 : 0;
  }
  EXPECT_NEAR(acted, 3000, 150);
}

TEST(Xtc, IsOffWithoutProbabilityOrAboveOneHalf) {
  EXPECT_FALSE(xtc_active(with(0.0F, 0.1F)));
  EXPECT_FALSE(xtc_active(with(0.5F, 0.6F)));
  EXPECT_TRUE(xtc_active(with(0.5F, 0.5F)));
}

}  // namespace
}  // namespace lar::sampling::test

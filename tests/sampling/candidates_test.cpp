#include "sampling/candidates.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lar::sampling::test {
namespace {

TEST(Candidates, SortsBestFirstAndEqualOnesById) {
  Set set({0.1F, 0.3F, 0.1F, 0.5F});
  sort(set.candidates);
  EXPECT_EQ(set.tokens(), (Tokens{3, 1, 0, 2}));
}

TEST(Candidates, KeepsTheBestInOrder) {
  Set set({0.1F, 0.3F, 0.1F, 0.5F});
  keep_best(set.candidates, 3);
  EXPECT_EQ(set.tokens(), (Tokens{3, 1, 0}));
  keep_best(set.candidates, 9);
  EXPECT_EQ(set.tokens(), (Tokens{3, 1, 0}));
}

TEST(Candidates, SoftmaxGivesTheProbabilities) {
  Set set({0.2F, 0.3F, 0.5F});
  softmax(set.candidates);
  EXPECT_NEAR(set.storage[0].p, 0.2F, 1e-6F);
  EXPECT_NEAR(set.storage[1].p, 0.3F, 1e-6F);
  EXPECT_NEAR(set.storage[2].p, 0.5F, 1e-6F);
}

TEST(Candidates, SoftmaxOfHugeLogitsStaysFinite) {
  Set set({0.5F, 0.5F});
  set.storage[0].logit = 3e38F;
  set.storage[1].logit = -3e38F;
  softmax(set.candidates);
  EXPECT_EQ(set.storage[0].p, 1.0F);
  EXPECT_EQ(set.storage[1].p, 0.0F);
}

}  // namespace
}  // namespace lar::sampling::test

#include "sampling/min_p.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lar::sampling::test {
namespace {

TEST(MinP, KeepsWhatIsLikelyEnoughBesideTheBest) {
  Set set({0.09F, 0.5F, 0.11F, 0.3F});
  apply_min_p(set.candidates, 0.2F);  // the bound is 0.1
  EXPECT_EQ(set.tokens(), (Tokens{1, 2, 3}));
}

TEST(MinP, TheBestAlwaysStaysAndZeroIsOff) {
  Set set({0.1F, 0.6F, 0.3F});
  apply_min_p(set.candidates, 0.0F);
  EXPECT_EQ(set.tokens().size(), 3U);
  apply_min_p(set.candidates, 1.0F);
  EXPECT_EQ(set.tokens(), (Tokens{1}));
}

}  // namespace
}  // namespace lar::sampling::test

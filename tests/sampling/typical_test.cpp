#include "sampling/typical.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lar::sampling::test {
namespace {

// Probabilities 0.6, 0.25, 0.1, 0.05: entropy 1.0331. The surprises 0.511, 1.386, 2.303, 2.996 lie
// 0.522, 0.353, 1.269, 1.963 from it, so the order is 1, 0, 2, 3.
TEST(Typical, PrefersWhatSurprisesAsMuchAsExpected) {
  for (const auto& [p, expected] : std::vector<std::pair<float, Tokens>>{
           {0.0F, {1}}, {0.2F, {1}}, {0.3F, {1, 0}}, {0.9F, {1, 0, 2}}, {1.0F, {0, 1, 2, 3}}}) {
    Set set({0.6F, 0.25F, 0.1F, 0.05F});
    apply_typical(set.candidates, p);
    EXPECT_EQ(set.tokens(), expected) << p;
  }
}

TEST(Typical, ImpossibleTokensComeLast) {
  Set set({0.5F, 0.5F, 0.5F});
  set.storage[0].logit = -1e30F;
  apply_typical(set.candidates, 0.9F);
  EXPECT_EQ(set.tokens(), (Tokens{1, 2}));
}

}  // namespace
}  // namespace lar::sampling::test

#include "sampling/top_p.h"

#include <gtest/gtest.h>

#include "support.h"

namespace lar::sampling::test {
namespace {

TEST(TopP, KeepsTheSmallestSetThatReachesP) {
  for (const auto& [p, expected] : std::vector<std::pair<float, Tokens>>{
           {0.0F, {1}}, {0.45F, {1}}, {0.55F, {1, 3}}, {0.85F, {1, 3, 2}}, {1.0F, {0, 1, 2, 3}}}) {
    Set set({0.05F, 0.5F, 0.15F, 0.3F});
    apply_top_p(set.candidates, p);
    EXPECT_EQ(set.tokens(), expected) << p;
  }
}

TEST(TopP, AFlatTailIsOrderedAsFarAsNeeded) {
  const std::vector<float> flat(5000, 1.0F / 5000);
  Set set(flat);
  apply_top_p(set.candidates, 0.5F);
  EXPECT_NEAR(static_cast<double>(set.candidates.items.size()), 2500.0, 2.0);
  for (size_t i = 0; i < set.candidates.items.size(); ++i) {
    ASSERT_EQ(set.candidates.items[i].token, static_cast<int32_t>(i));
  }
}

}  // namespace
}  // namespace lar::sampling::test

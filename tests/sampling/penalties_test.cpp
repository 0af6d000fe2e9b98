#include "sampling/penalties.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lar::sampling {
namespace {

std::vector<float> apply(const Params& params, std::vector<int32_t> recent) {
  Workspace work(5, 16);
  std::vector<float> logits{2.0F, -2.0F, 1.0F, 0.0F, 3.0F};
  apply_penalties(logits, params, recent, work);
  EXPECT_TRUE(std::ranges::all_of(work.per_token, [](int32_t n) { return n == 0; }));
  return logits;
}

TEST(Penalties, RepeatLowersPositiveAndNegativeLogitsOnce) {
  Params params;
  params.repeat_penalty = 2.0F;
  EXPECT_EQ(apply(params, {0, 1, 0, 3}), (std::vector<float>{1.0F, -4.0F, 1.0F, 0.0F, 3.0F}));
}

TEST(Penalties, PresenceCountsOnceAndFrequencyEachTime) {
  Params params;
  params.presence_penalty = 0.5F;
  params.frequency_penalty = 0.25F;
  EXPECT_EQ(apply(params, {0, 0, 0, 1}), (std::vector<float>{0.75F, -2.75F, 1.0F, 0.0F, 3.0F}));
}

TEST(Penalties, RepeatComesBeforeTheOthers) {
  Params params;
  params.repeat_penalty = 2.0F;
  params.presence_penalty = 1.0F;
  EXPECT_EQ(apply(params, {4})[4], 0.5F);
}

TEST(Penalties, AreOffByDefaultAndWithoutAWindow) {
  Params params;
  EXPECT_FALSE(penalties_active(params));
  params.repeat_penalty = 1.1F;
  EXPECT_TRUE(penalties_active(params));
  params.repeat_last_n = 0;
  EXPECT_FALSE(penalties_active(params));
}

}  // namespace
}  // namespace lar::sampling

#include "sampling/logprobs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lar::sampling {
namespace {

TEST(Logprobs, TheBestComeFirstWithTheirLogarithms) {
  const std::vector<float> logits{std::log(0.2F) + 3, std::log(0.5F) + 3, std::log(0.3F) + 3};
  Workspace work(3, 8);
  const float log_sum = log_sum_exp(logits, logits[1]);
  EXPECT_NEAR(log_sum, 3.0F, 1e-6F);
  const auto top = top_logprobs(logits, log_sum, 2, work);
  ASSERT_EQ(top.size(), 2U);
  EXPECT_EQ(top[0].token, 1);
  EXPECT_NEAR(top[0].logprob, std::log(0.5F), 1e-6F);
  EXPECT_EQ(top[1].token, 2);
  EXPECT_EQ(top_logprobs(logits, log_sum, 0, work).size(), 0U);
  EXPECT_EQ(top_logprobs(logits, log_sum, 20, work).size(), 3U);
  EXPECT_EQ(top_logprobs(logits, log_sum, 20, work)[2].token, 0);
}

}  // namespace
}  // namespace lar::sampling

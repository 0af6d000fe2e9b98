#include "sampling/logit_bias.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace lar::sampling {
namespace {

TEST(LogitBias, AddsAndForbids) {
  std::vector<float> logits{1.0F, 2.0F, 3.0F};
  const std::vector<LogitBias> bias{{0, 1.5F}, {2, -std::numeric_limits<float>::infinity()}};
  apply_logit_bias(logits, bias);
  EXPECT_EQ(logits, (std::vector<float>{2.5F, 2.0F, -std::numeric_limits<float>::infinity()}));
}

}  // namespace
}  // namespace lar::sampling

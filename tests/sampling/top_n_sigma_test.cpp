#include "sampling/top_n_sigma.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace lar::sampling {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

// Mean 5, deviation 3: one deviation below the largest is 6.
TEST(TopNSigma, KeepsWhatIsNearTheLargest) {
  std::vector<float> logits{1.0F, 3.0F, 7.0F, 9.0F};
  apply_top_n_sigma(logits, 0.95F);
  EXPECT_EQ(logits, (std::vector<float>{kForbidden, kForbidden, 7.0F, 9.0F}));
}

TEST(TopNSigma, ForbiddenTokensDoNotCount) {
  std::vector<float> logits{1.0F, 3.0F, kForbidden, 7.0F, 9.0F, kForbidden};
  apply_top_n_sigma(logits, 0.95F);
  EXPECT_EQ(logits,
            (std::vector<float>{kForbidden, kForbidden, kForbidden, 7.0F, 9.0F, kForbidden}));
}

TEST(TopNSigma, EqualLogitsAllStay) {
  std::vector<float> logits(5, 2.0F);
  apply_top_n_sigma(logits, 0.1F);
  EXPECT_EQ(logits, std::vector<float>(5, 2.0F));
}

}  // namespace
}  // namespace lar::sampling

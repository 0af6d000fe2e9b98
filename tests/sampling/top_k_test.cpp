#include "sampling/top_k.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace lar::sampling {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

std::vector<int32_t> chosen(const std::vector<float>& logits, int32_t k) {
  Workspace work(static_cast<uint32_t>(logits.size()), 8);
  std::vector<int32_t> tokens;
  for (const Candidate& candidate : select_candidates(logits, k, work).items) {
    EXPECT_EQ(candidate.logit, logits[static_cast<size_t>(candidate.token)]);
    tokens.push_back(candidate.token);
  }
  return tokens;
}

// By sorting everything.
std::vector<int32_t> reference(const std::vector<float>& logits, int32_t k) {
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](int32_t a, int32_t b) {
    const float at_a = logits[static_cast<size_t>(a)];
    const float at_b = logits[static_cast<size_t>(b)];
    return at_a > at_b || (at_a == at_b && a < b);
  });
  std::erase_if(order, [&](int32_t i) { return logits[static_cast<size_t>(i)] == kForbidden; });
  order.resize(std::min(order.size(), static_cast<size_t>(k)));
  return order;
}

TEST(TopK, IsWhatSortingGivesForEveryShapeOfLogits) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const size_t size = 2 + random() % 6000;
    std::vector<float> logits(size);
    const int shape = round % 5;
    for (size_t i = 0; i < size; ++i) {
      const auto noise = static_cast<float>(random() % 100'000) / 1000.0F;
      if (shape == 0) logits[i] = noise;
      if (shape == 1) logits[i] = static_cast<float>(i);             // rising: the worst order
      if (shape == 2) logits[i] = -static_cast<float>(i);            // falling
      if (shape == 3) logits[i] = static_cast<float>(random() % 3);  // many equal ones
      if (shape == 4) logits[i] = random() % 2 == 0 ? kForbidden : noise;
    }
    const auto k = static_cast<int32_t>(1 + random() % (size - 1));
    ASSERT_EQ(chosen(logits, k), reference(logits, k)) << "round " << round;
    if (size > 40) {
      ASSERT_EQ(chosen(logits, 40), reference(logits, 40)) << "round " << round;
    }
  }
}

TEST(TopK, OffMeansAllThatAreAllowedInOrderOfIds) {
  const std::vector<float> logits{3.0F, kForbidden, 1.0F, 2.0F};
  EXPECT_EQ(chosen(logits, 0), (std::vector<int32_t>{0, 2, 3}));
  EXPECT_EQ(chosen(logits, -5), (std::vector<int32_t>{0, 2, 3}));
  EXPECT_EQ(chosen(logits, 100), (std::vector<int32_t>{0, 2, 3}));
}

TEST(TopK, NothingAllowedGivesNothing) {
  EXPECT_TRUE(chosen({kForbidden, kForbidden, kForbidden}, 2).empty());
}

}  // namespace
}  // namespace lar::sampling

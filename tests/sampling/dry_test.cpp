#include "sampling/dry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace lar::sampling {
namespace {

constexpr uint32_t kVocab = 16;

// The penalties of each token after `text` (oldest first).
std::vector<float> penalties(std::vector<int32_t> text,
                             const Params& params,
                             size_t since_breaker = SIZE_MAX) {
  std::ranges::reverse(text);
  Workspace work(kVocab, 64);
  std::vector<float> logits(kVocab, 0.0F);
  apply_dry(logits, params, text, since_breaker, work);
  for (float& logit : logits) logit = -logit;
  EXPECT_TRUE(std::ranges::all_of(work.per_token, [](int32_t n) { return n == 0; }));
  return logits;
}

Params defaults() {
  Params params;
  params.dry_multiplier = 0.8F;
  return params;
}

TEST(Dry, PenalizesWhatWouldGoOnRepeating) {
  // "1 2 3" came before and was followed by 4: a repetition of three, one beyond the allowed two.
  const auto result = penalties({1, 2, 3, 4, 9, 1, 2, 3}, defaults());
  for (size_t token = 0; token < kVocab; ++token) {
    EXPECT_NEAR(result[token], token == 4 ? 0.8F * 1.75F : 0.0F, 1e-5F) << token;
  }
}

TEST(Dry, AShortRepetitionIsAllowed) {
  const auto result = penalties({3, 4, 9, 3}, defaults());
  EXPECT_EQ(result, std::vector<float>(kVocab, 0.0F));
}

TEST(Dry, TheLongestRepetitionCounts) {
  // After "1 2 3": 5 extends three tokens, 6 extends only "2 3".
  const auto result = penalties({1, 2, 3, 5, 2, 3, 6, 1, 2, 3}, defaults());
  EXPECT_NEAR(result[5], 0.8F * 1.75F, 1e-5F);
  EXPECT_NEAR(result[6], 0.8F, 1e-5F);
}

TEST(Dry, NoRepetitionReachesAcrossABreaker) {
  EXPECT_NEAR(penalties({1, 2, 3, 4, 9, 1, 2, 3}, defaults(), 2)[4], 0.8F, 1e-5F);
  EXPECT_EQ(penalties({1, 2, 3, 4, 9, 1, 2, 3}, defaults(), 1)[4], 0.0F);
}

TEST(Dry, ABreakerItselfIsNotPenalized) {
  Params params = defaults();
  params.dry_breakers = {4};
  EXPECT_EQ(penalties({1, 2, 3, 4, 9, 1, 2, 3}, params)[4], 0.0F);
}

TEST(Dry, ALongRepetitionStaysFinite) {
  Params params = defaults();
  params.dry_base = 100.0F;
  const auto result = penalties(std::vector<int32_t>(60, 5), params);
  EXPECT_TRUE(std::isfinite(result[5]));
  EXPECT_GT(result[5], 1e20F);
}

TEST(Dry, AgreesWithTheDefinition) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<int32_t> text(1 + random() % 30);
    for (int32_t& token : text) token = static_cast<int32_t>(random() % 3);
    Params params = defaults();
    params.dry_allowed_length = static_cast<int32_t>(random() % 4);
    const size_t since_breaker = random() % 20;

    std::map<int32_t, size_t> longest;
    const size_t size = text.size();
    for (size_t at = 0; at + 1 < size; ++at) {  // a repetition that ends at `at`
      size_t length = 0;
      while (length <= at && text[at - length] == text[size - 1 - length]) ++length;
      length = std::min(length, std::min(since_breaker, size));
      if (length < static_cast<size_t>(params.dry_allowed_length)) continue;
      longest[text[at + 1]] = std::max(longest[text[at + 1]], length);
    }
    if (std::min(since_breaker, size) < static_cast<size_t>(params.dry_allowed_length) ||
        size <= static_cast<size_t>(params.dry_allowed_length)) {
      longest.clear();
    }
    const auto result = penalties(text, params, since_breaker);
    for (int32_t token = 0; token < 3; ++token) {
      float expected = 0.0F;
      if (const auto found = longest.find(token); found != longest.end()) {
        expected = 0.8F * std::pow(1.75F, static_cast<float>(found->second) -
                                              static_cast<float>(params.dry_allowed_length));
      }
      ASSERT_NEAR(result[static_cast<size_t>(token)], expected, 1e-3F * (1.0F + expected))
          << "round " << round;
    }
  }
}

}  // namespace
}  // namespace lar::sampling

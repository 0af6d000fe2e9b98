#include "sampling/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <vector>

namespace lar::sampling {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

struct Fixture {
  Fixture(Params params, uint32_t vocab_size, TokenMask* mask = nullptr)
      : work(vocab_size, 256),
        sampler(
            Sampler::create(std::move(params), {.vocab = vocab_size, .context = 256, .mask = mask})
                .value()) {}

  Result<Sample> sample(std::vector<float> logits) { return sampler.sample(logits, work); }

  // How often each token is chosen.
  std::map<int32_t, int> count(const std::vector<float>& logits, int draws) {
    std::map<int32_t, int> counts;
    for (int i = 0; i < draws; ++i) ++counts[sample(logits)->token];
    return counts;
  }

  Workspace work;
  Sampler sampler;
};

std::vector<float> logs(const std::vector<float>& probabilities) {
  std::vector<float> result;
  for (const float p : probabilities) result.push_back(std::log(p));
  return result;
}

Params plain() {
  Params params;
  params.temperature = 1.0F;
  params.top_k = 0;
  params.top_p = 1.0F;
  params.seed = 1;
  return params;
}

TEST(Sampler, WithoutTemperatureTheFirstOfTheBestIsChosen) {
  Params params;
  params.temperature = 0.0F;
  Fixture fixture(params, 5);
  EXPECT_EQ(fixture.sample({1, 3, 2, 3, 0})->token, 1);
  params.temperature = -1.0F;
  EXPECT_EQ(Fixture(params, 5).sample({1, 3, 2, 3, 0})->token, 1);
}

TEST(Sampler, PlainDrawsFollowTheModel) {
  Fixture fixture(plain(), 4);
  const auto counts = fixture.count(logs({0.1F, 0.2F, 0.3F, 0.4F}), 20'000);
  for (const auto& [token, count] : counts) {
    EXPECT_NEAR(count, (token + 1) * 2000, 250) << token;
  }
}

TEST(Sampler, TheSameSeedGivesTheSameTokens) {
  std::vector<float> logits(100);
  for (size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(i % 17) * 0.3F;
  const auto text = [&](int64_t seed) {
    Params params;
    params.seed = seed;
    Fixture fixture(params, 100);
    std::vector<int32_t> result;
    for (int i = 0; i < 50; ++i) {
      result.push_back(fixture.sample(logits)->token);
      fixture.sampler.accept(result.back());
    }
    return result;
  };
  EXPECT_EQ(text(5), text(5));
  EXPECT_NE(text(5), text(6));
  EXPECT_EQ(text(0), text(0));
}

TEST(Sampler, ARandomSeedCanBeReadAndUsedAgain) {
  Params params = plain();
  params.seed = -1;
  Fixture first(params, 50);
  EXPECT_GE(first.sampler.seed(), 0);
  params.seed = first.sampler.seed();
  Fixture second(params, 50);
  const std::vector<float> flat(50, 0.0F);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(first.sample(flat)->token, second.sample(flat)->token);
}

// top_k 2 leaves 0.4 and 0.3. If top_p came first, over the whole distribution, 0.5 would keep
// both; after top_k the first alone has 0.571.
TEST(Sampler, TopKComesBeforeTopP) {
  Params params = plain();
  params.top_k = 2;
  params.top_p = 0.5F;
  Fixture fixture(params, 4);
  EXPECT_EQ(fixture.count(logs({0.4F, 0.3F, 0.2F, 0.1F}), 200).size(), 1U);
}

// Before the temperature 0.55 / 0.3 / 0.15 and top_p 0.6 keep two; after a temperature of 0.3 the
// first alone would have 0.87.
TEST(Sampler, TemperatureComesAfterTheCuts) {
  Params params = plain();
  params.top_p = 0.6F;
  params.temperature = 0.3F;
  Fixture fixture(params, 3);
  const auto counts = fixture.count(logs({0.55F, 0.3F, 0.15F}), 2000);
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts.count(2), 0U);
}

// A penalty that came after top_k could not bring a third token in.
TEST(Sampler, PenaltiesComeBeforeTopK) {
  Params params = plain();
  params.top_k = 2;
  params.presence_penalty = 50.0F;
  Fixture fixture(params, 3);
  fixture.sampler.accept(0);
  const auto counts = fixture.count(logs({0.5F, 0.3F, 0.2F}), 500);
  EXPECT_EQ(counts.count(0), 0U);
  EXPECT_EQ(counts.size(), 2U);
}

TEST(Sampler, XtcComesBeforeTheGreedyChoice) {
  Params params = plain();
  params.temperature = 0.0F;
  params.xtc_probability = 1.0F;
  Fixture fixture(params, 3);
  EXPECT_EQ(fixture.sample(logs({0.5F, 0.3F, 0.2F}))->token, 2);
}

TEST(Sampler, PenaltiesSeeThePromptAndOnlyTheirWindow) {
  Params params;
  params.temperature = 0.0F;
  params.presence_penalty = 10.0F;
  params.repeat_last_n = 2;
  Fixture fixture(params, 5);
  const std::vector<int32_t> prompt{0, 1, 2};
  fixture.sampler.accept_prompt(prompt);
  const std::vector<float> logits{5, 4, 3, 2, 1};
  EXPECT_EQ(fixture.sample(logits)->token, 0);  // out of the window
  fixture.sampler.accept(0);                    // window: 2, 0
  EXPECT_EQ(fixture.sample(logits)->token, 1);
  params.repeat_last_n = -1;
  Fixture whole(params, 5);
  whole.sampler.accept_prompt(prompt);
  EXPECT_EQ(whole.sample(logits)->token, 3);
  params.repeat_last_n = 0;
  Fixture off(params, 5);
  off.sampler.accept_prompt(prompt);
  EXPECT_EQ(off.sample(logits)->token, 0);
}

TEST(Sampler, DryKeepsALoopFromClosing) {
  Params params;
  params.temperature = 0.0F;
  params.dry_multiplier = 5.0F;
  Fixture fixture(params, 6);
  fixture.sampler.accept_prompt(std::vector<int32_t>{1, 2, 3, 4, 1, 2, 3});
  EXPECT_EQ(fixture.sample({0, 0, 0, 0, 3, 1})->token, 5);
  params.dry_breakers = {5, 2};  // in any order
  Fixture broken(params, 6);
  broken.sampler.accept_prompt(std::vector<int32_t>{1, 2, 3, 4, 1, 2, 3});
  EXPECT_EQ(broken.sample({0, 0, 0, 0, 3, 1})->token, 4);
}

TEST(Sampler, LogprobsAreTheModelsOwn) {
  Params params = plain();
  params.temperature = 0.0F;
  params.logit_bias = {{2, 10.0F}};
  params.presence_penalty = 5.0F;
  params.top_logprobs = 2;
  Fixture fixture(params, 3);
  fixture.sampler.accept(0);
  const auto sample = fixture.sample(logs({0.5F, 0.3F, 0.2F}));
  EXPECT_EQ(sample->token, 2);
  EXPECT_NEAR(sample->logprob, std::log(0.2F), 1e-6F);
  ASSERT_EQ(sample->top.size(), 2U);
  EXPECT_EQ(sample->top[0].token, 0);
  EXPECT_NEAR(sample->top[0].logprob, std::log(0.5F), 1e-6F);
  EXPECT_EQ(sample->top[1].token, 1);
}

class Only : public TokenMask {
 public:
  explicit Only(int32_t token) : token_(token) {}
  Result<void> apply(std::span<float> logits) override {
    for (size_t i = 0; i < logits.size(); ++i) {
      if (static_cast<int32_t>(i) != token_) logits[i] = kForbidden;
    }
    return {};
  }
  void accept(int32_t token) override { accepted.push_back(token); }
  std::vector<int32_t> accepted;

 private:
  int32_t token_;
};

TEST(Sampler, TheMaskBindsAndHearsOnlyOfGeneratedTokens) {
  for (const float temperature : {0.0F, 0.8F}) {
    for (const int32_t mirostat : {0, 1, 2}) {
      Only mask(3);
      Params params;
      params.temperature = temperature;
      params.mirostat = mirostat;
      Fixture fixture(params, 5, &mask);
      fixture.sampler.accept_prompt(std::vector<int32_t>{1, 2});
      EXPECT_EQ(fixture.sample({9, 9, 9, -50, 9})->token, 3);
      fixture.sampler.accept(3);
      EXPECT_EQ(mask.accepted, (std::vector<int32_t>{3}));
    }
  }
}

TEST(Sampler, NothingAllowedIsAnError) {
  Only mask(99);
  Fixture fixture(plain(), 5, &mask);
  const auto sample = fixture.sample({1, 2, 3, 4, 5});
  ASSERT_FALSE(sample.has_value());
  EXPECT_EQ(sample.error().code, Code::kInvalidArgument);
}

TEST(Sampler, NonFiniteLogitsAreAnErrorInEveryMode) {
  const float nan = std::nanf("");
  for (const float temperature : {0.0F, 1.0F}) {
    for (const int32_t mirostat : {0, 1, 2}) {
      Params params = plain();
      params.temperature = temperature;
      params.mirostat = mirostat;
      Fixture fixture(params, 4);
      for (const std::vector<float>& row :
           std::vector<std::vector<float>>{{nan, nan, nan, nan},
                                           {1, 2, nan, 3},
                                           {1, -kForbidden, 2, 3},
                                           {kForbidden, kForbidden, kForbidden, kForbidden}}) {
        const auto sample = fixture.sample(row);
        ASSERT_FALSE(sample.has_value());
        EXPECT_EQ(sample.error().message, "non-finite logits");
        EXPECT_EQ(sample.error().code, Code::kDataCorrupt);
      }
      EXPECT_EQ(fixture.sample({kForbidden, kForbidden, 1, kForbidden})->token, 2);
      EXPECT_TRUE(fixture.sample({0, 0, 0, 0}).has_value());
      EXPECT_TRUE(fixture.sample({3e38F, -3e38F, 3e38F, 0}).has_value());
    }
  }
}

TEST(Sampler, RandomOptionsNeverLeaveTheVocabulary) {
  std::mt19937 random(21);
  const auto unit = [&random] { return static_cast<float>(random() % 1001) / 1000.0F; };
  for (int round = 0; round < 3000; ++round) {
    const uint32_t vocab = 1 + static_cast<uint32_t>(random() % 200);
    Params params;
    params.temperature = unit() * 3.0F - 0.5F;
    params.top_k = static_cast<int32_t>(random() % 300) - 50;
    params.top_p = unit();
    params.min_p = unit();
    params.typical_p = unit();
    params.top_n_sigma = unit() * 4.0F - 1.0F;
    params.repeat_last_n = static_cast<int32_t>(random() % 40) - 1;
    params.repeat_penalty = 0.01F + unit() * 2.0F;
    params.presence_penalty = unit() * 4.0F - 2.0F;
    params.frequency_penalty = unit() * 4.0F - 2.0F;
    params.dry_multiplier = unit();
    params.dry_base = unit() * 3.0F;
    params.dry_allowed_length = static_cast<int32_t>(random() % 4);
    params.xtc_probability = unit();
    params.xtc_threshold = unit();
    params.mirostat = static_cast<int32_t>(random() % 3);
    params.mirostat_tau = unit() * 8.0F;
    params.mirostat_eta = unit();
    params.top_logprobs = static_cast<int32_t>(random() % 22) - 1;
    Fixture fixture(params, vocab);
    std::vector<float> logits(vocab);
    for (int step = 0; step < 20; ++step) {
      for (float& logit : logits) logit = (unit() - 0.5F) * 40.0F;
      const auto sample = fixture.sample(logits);
      ASSERT_TRUE(sample.has_value());
      ASSERT_GE(sample->token, 0);
      ASSERT_LT(sample->token, static_cast<int32_t>(vocab));
      fixture.sampler.accept(sample->token);
    }
  }
}

TEST(Sampler, BadOptionsAreRefused) {
  Params params;
  params.min_p = 2.0F;
  const auto sampler = Sampler::create(params, {.vocab = 10, .context = 10});
  ASSERT_FALSE(sampler.has_value());
  EXPECT_EQ(sampler.error().message.rfind("min_p", 0), 0U);
}

}  // namespace
}  // namespace lar::sampling

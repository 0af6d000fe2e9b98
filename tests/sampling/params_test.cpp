#include "sampling/params.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

namespace lar::sampling {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Params, TheDefaultsAreOllamas) {
  const Params params;
  EXPECT_EQ(params.temperature, 0.8F);
  EXPECT_EQ(params.top_k, 40);
  EXPECT_EQ(params.top_p, 0.9F);
  EXPECT_EQ(params.min_p, 0.0F);
  EXPECT_EQ(params.typical_p, 1.0F);
  EXPECT_EQ(params.repeat_last_n, 64);
  EXPECT_EQ(params.repeat_penalty, 1.0F);
  EXPECT_EQ(params.presence_penalty, 0.0F);
  EXPECT_EQ(params.frequency_penalty, 0.0F);
  EXPECT_EQ(params.mirostat, 0);
  EXPECT_EQ(params.seed, -1);
  EXPECT_TRUE(validate(params, 1).has_value());
}

TEST(Params, EveryFloatRefusesWhatIsNoNumberAndNamesItself) {
  const std::pair<const char*, float Params::*> fields[] = {
      {"temperature", &Params::temperature},
      {"top_p", &Params::top_p},
      {"min_p", &Params::min_p},
      {"typical_p", &Params::typical_p},
      {"top_n_sigma", &Params::top_n_sigma},
      {"repeat_penalty", &Params::repeat_penalty},
      {"presence_penalty", &Params::presence_penalty},
      {"frequency_penalty", &Params::frequency_penalty},
      {"dry_multiplier", &Params::dry_multiplier},
      {"dry_base", &Params::dry_base},
      {"xtc_probability", &Params::xtc_probability},
      {"xtc_threshold", &Params::xtc_threshold},
      {"mirostat_tau", &Params::mirostat_tau},
      {"mirostat_eta", &Params::mirostat_eta},
  };
  for (const auto& [name, field] : fields) {
    for (const float value : {std::nanf(""), kInfinity, -kInfinity}) {
      Params params;
      params.*field = value;
      const auto result = validate(params, 10);
      ASSERT_FALSE(result.has_value()) << name;
      EXPECT_EQ(result.error().code, Code::kInvalidArgument);
      EXPECT_EQ(result.error().message.rfind(name, 0), 0U) << result.error().message;
    }
  }
}

TEST(Params, ValuesOutOfRangeAreNamed) {
  const auto message = [](auto change) {
    Params params;
    change(params);
    const auto result = validate(params, 10);
    return result ? std::string() : result.error().message;
  };
  EXPECT_EQ(message([](Params& p) { p.top_p = 1.5F; }), "top_p must be between 0 and 1");
  EXPECT_EQ(message([](Params& p) { p.min_p = -0.5F; }), "min_p must be between 0 and 1");
  EXPECT_EQ(message([](Params& p) { p.repeat_penalty = 0.0F; }),
            "repeat_penalty must be between 0.01 and 100");
  EXPECT_EQ(message([](Params& p) { p.repeat_last_n = -2; }).rfind("repeat_last_n", 0), 0U);
  EXPECT_EQ(message([](Params& p) { p.dry_allowed_length = -1; }).rfind("dry_allowed_length", 0),
            0U);
  EXPECT_EQ(message([](Params& p) { p.mirostat = 3; }), "mirostat must be between 0 and 2");
  EXPECT_EQ(message([](Params& p) { p.top_logprobs = 21; }),
            "top_logprobs must be between 0 and 20");
  EXPECT_EQ(message([](Params& p) { p.logit_bias = {{10, 1.0F}}; }).rfind("logit_bias", 0), 0U);
  EXPECT_EQ(message([](Params& p) { p.logit_bias = {{-1, 1.0F}}; }).rfind("logit_bias", 0), 0U);
  EXPECT_EQ(message([](Params& p) { p.logit_bias = {{1, kInfinity}}; }).rfind("logit_bias", 0), 0U);
  EXPECT_EQ(message([](Params& p) { p.dry_breakers = {12}; }).rfind("dry_breakers", 0), 0U);
}

TEST(Params, WhatClientsSendForOffIsAccepted) {
  Params params;
  params.temperature = -1.0F;
  params.top_k = -1;
  params.top_p = 0.0F;
  params.repeat_last_n = -1;
  params.dry_penalty_last_n = -1;
  params.seed = std::numeric_limits<int64_t>::min();
  params.logit_bias = {{1, -kInfinity}, {2, -100.0F}};
  EXPECT_TRUE(validate(params, 10).has_value());
  params.top_k = std::numeric_limits<int32_t>::max();
  params.repeat_last_n = std::numeric_limits<int32_t>::max();
  EXPECT_TRUE(validate(params, 10).has_value());
}

}  // namespace
}  // namespace lar::sampling

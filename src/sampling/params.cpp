#include "sampling/params.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace lar::sampling {

namespace {

struct FloatField {
  const char* name;
  float value;
  float min;
  float max;
};

struct IntField {
  const char* name;
  int32_t value;
  int32_t min;
  int32_t max;
};

}  // namespace

Result<void> validate(const Params& params, uint32_t vocab) {
  constexpr float kFloatMax = std::numeric_limits<float>::max();
  constexpr int32_t kIntMax = std::numeric_limits<int32_t>::max();
  constexpr int32_t kIntMin = std::numeric_limits<int32_t>::min();
  // Penalties are bounded so that no product with a token count leaves the range of a float.
  const FloatField floats[] = {
      {"temperature", params.temperature, -kFloatMax, kFloatMax},
      {"top_p", params.top_p, 0.0F, 1.0F},
      {"min_p", params.min_p, 0.0F, 1.0F},
      {"typical_p", params.typical_p, 0.0F, 1.0F},
      {"top_n_sigma", params.top_n_sigma, -kFloatMax, kFloatMax},
      {"repeat_penalty", params.repeat_penalty, 0.01F, 100.0F},
      {"presence_penalty", params.presence_penalty, -100.0F, 100.0F},
      {"frequency_penalty", params.frequency_penalty, -100.0F, 100.0F},
      {"dry_multiplier", params.dry_multiplier, 0.0F, 100.0F},
      {"dry_base", params.dry_base, 0.0F, 100.0F},
      {"xtc_probability", params.xtc_probability, 0.0F, 1.0F},
      {"xtc_threshold", params.xtc_threshold, 0.0F, 1.0F},
      {"mirostat_tau", params.mirostat_tau, 0.0F, 100.0F},
      {"mirostat_eta", params.mirostat_eta, 0.0F, 100.0F},
  };
  for (const FloatField& field : floats) {
    if (!std::isfinite(field.value)) {
      return fail(Code::kInvalidArgument, fmt::format("{} must be a finite number", field.name));
    }
    if (field.value < field.min || field.value > field.max) {
      return fail(Code::kInvalidArgument, fmt::format("{} must be between {:g} and {:g}",
                                                      field.name, field.min, field.max));
    }
  }
  const IntField ints[] = {
      {"top_k", params.top_k, kIntMin, kIntMax},
      {"repeat_last_n", params.repeat_last_n, -1, kIntMax},
      {"dry_allowed_length", params.dry_allowed_length, 0, kIntMax},
      {"dry_penalty_last_n", params.dry_penalty_last_n, -1, kIntMax},
      {"mirostat", params.mirostat, 0, 2},
  };
  for (const IntField& field : ints) {
    if (field.value < field.min || field.value > field.max) {
      return fail(Code::kInvalidArgument,
                  fmt::format("{} must be between {} and {}", field.name, field.min, field.max));
    }
  }
  // -1 is our own mark for "none"; a client's range starts at 0.
  if (params.top_logprobs < -1 || params.top_logprobs > kTopLogprobsMax) {
    return fail(Code::kInvalidArgument,
                fmt::format("top_logprobs must be between 0 and {}", kTopLogprobsMax));
  }
  const auto in_vocab = [vocab](int32_t token) {
    return token >= 0 && static_cast<uint32_t>(token) < vocab;
  };
  for (const LogitBias& entry : params.logit_bias) {
    if (!in_vocab(entry.token)) {
      return fail(Code::kInvalidArgument,
                  fmt::format("logit_bias names token {}, which the model lacks", entry.token));
    }
    if (std::isnan(entry.bias) || entry.bias > 1e6F) {
      return fail(Code::kInvalidArgument, "logit_bias must be a number below 1e6");
    }
  }
  for (const int32_t token : params.dry_breakers) {
    if (!in_vocab(token)) {
      return fail(Code::kInvalidArgument,
                  fmt::format("dry_breakers names token {}, which the model lacks", token));
    }
  }
  return {};
}

}  // namespace lar::sampling

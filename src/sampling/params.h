// How the next token is chosen, with Ollama's names and defaults, and the ranges that are accepted.
// Values come from requests: nothing is trusted before `validate`.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace lar::sampling {

struct LogitBias {
  int32_t token = 0;
  float bias = 0.0F;  // added to the logit; -infinity forbids the token
};

inline constexpr int32_t kTopLogprobsMax = 20;

struct Params {
  float temperature = 0.8F;   // <= 0: the most likely token
  int32_t top_k = 40;         // <= 0: off
  float top_p = 0.9F;         // 1: off
  float min_p = 0.0F;         // 0: off
  float typical_p = 1.0F;     // 1: off
  float top_n_sigma = -1.0F;  // <= 0: off

  int32_t repeat_last_n = 64;  // tokens the penalties look at; 0: off, -1: the whole context
  float repeat_penalty = 1.0F;
  float presence_penalty = 0.0F;
  float frequency_penalty = 0.0F;

  float dry_multiplier = 0.0F;  // 0: off
  float dry_base = 1.75F;       // < 1: off
  int32_t dry_allowed_length = 2;
  int32_t dry_penalty_last_n = 64;    // 0: off, -1: the whole context
  std::vector<int32_t> dry_breakers;  // tokens that no repetition reaches across

  float xtc_probability = 0.0F;  // 0: off
  float xtc_threshold = 0.1F;    // > 0.5: off

  int32_t mirostat = 0;  // 0: off, 1, 2
  float mirostat_tau = 5.0F;
  float mirostat_eta = 0.1F;

  std::vector<LogitBias> logit_bias;
  int64_t seed = -1;  // negative: a random one
  int32_t top_logprobs =
      -1;  // -1: no log probabilities; 0: of the chosen token; n: of the n best too
};

// Errors: invalid_argument with the name of the first field that is out of its range.
Result<void> validate(const Params& params, uint32_t vocab);

}  // namespace lar::sampling

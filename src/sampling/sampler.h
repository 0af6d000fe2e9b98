// Chooses the tokens of one sequence: keeps its options, its generator and its recent tokens.
// The order of the stages is llama.cpp's default: bias, mask, penalties, DRY, top-n-sigma, top-k,
// typical, top-p, min-p, XTC, temperature, draw; with mirostat: bias, mask, temperature, mirostat.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "sampling/history.h"
#include "sampling/mirostat.h"
#include "sampling/params.h"
#include "sampling/random.h"
#include "sampling/token_mask.h"
#include "sampling/workspace.h"

namespace lar::sampling {

struct Sample {
  int32_t token = 0;
  float logprob = 0.0F;               // 0 unless Params::top_logprobs >= 0
  std::span<const TokenLogprob> top;  // best first; lives in the workspace until its next use
};

// What a sampler is made for.
struct SamplerContext {
  uint32_t vocab = 0;
  uint32_t context = 0;       // tokens; the bound of every window
  TokenMask* mask = nullptr;  // borrowed for the life of the sampler; may be null
};

// One thread at a time. `sample` and `accept` allocate nothing.
class Sampler {
 public:
  // Errors: those of `validate`.
  static Result<Sampler> create(Params params, const SamplerContext& context);

  // Chooses from one row of logits [vocab], which it changes. `work` is made for the same vocab and
  // at least the same context. Errors: data_corrupt for logits with NaN or +infinity or nothing but
  // -infinity ("non-finite logits"), invalid_argument where the mask and the biases forbid all.
  Result<Sample> sample(std::span<float> logits, Workspace& work);

  // Tells of a token of the prompt (penalties look at it) or of a generated one (the mask too).
  void accept_prompt(std::span<const int32_t> tokens);
  void accept(int32_t token);

  // The seed in use; the chosen one where the options asked for a random one.
  int64_t seed() const { return params_.seed; }
  const Params& params() const { return params_; }

 private:
  Sampler(Params params, const SamplerContext& context);

  // Penalties and DRY: the stages that look back.
  void apply_history(std::span<float> logits, Workspace& work) const;
  Result<int32_t> choose(std::span<float> logits, float max, Workspace& work);
  void remember(int32_t token);

  Params params_;
  uint32_t vocab_;
  size_t penalty_window_;
  size_t dry_window_;
  TokenMask* mask_;
  Random random_;
  Mirostat mirostat_;
  History history_;
  size_t since_breaker_ = 0;
};

}  // namespace lar::sampling

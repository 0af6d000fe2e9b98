// How well a model predicts a text, by llama.cpp's method so that figures compare: the text in
// chunks of N tokens, each begun with BOS where the model wants one, the second half scored.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "runtime/evaluate.h"

namespace lar::runtime {

struct PerplexityOptions {
  uint32_t chunk_tokens = 512;
  uint32_t chunks_max = 0;  // 0: all
};

struct Perplexity {
  double value = 0.0;        // exp of the mean negative log likelihood
  double uncertainty = 0.0;  // standard error of `value`
  uint32_t chunks = 0;
};

// Called after each chunk: chunks done, of all, the figure so far.
using PerplexityProgress = std::function<bool(uint32_t, uint32_t, double)>;

// `bos` < 0: no token replaces the first of a chunk. progress returns false to stop.
// Errors: invalid_argument (a text shorter than a chunk), cancelled.
Result<Perplexity> measure_perplexity(Evaluator& model,
                                      std::span<const int32_t> tokens,
                                      int32_t bos,
                                      const PerplexityOptions& options,
                                      const PerplexityProgress& progress);

// The distance of a model's predictions from those of a base, over the same scored positions.
struct Divergence {
  double mean_kl = 0.0;  // of base against model, in nats
  double max_kl = 0.0;
  double same_top = 0.0;  // share of positions with the same most likely token
  double base_perplexity = 0.0;
  double perplexity = 0.0;
  uint64_t positions = 0;
};
Result<Divergence> measure_divergence(Evaluator& base,
                                      Evaluator& model,
                                      std::span<const int32_t> tokens,
                                      int32_t bos,
                                      const PerplexityOptions& options,
                                      const PerplexityProgress& progress);

}  // namespace lar::runtime

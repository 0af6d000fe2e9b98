#include "runtime/perplexity.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace lar::runtime {
namespace {

// log(sum(exp(logits)))
double log_sum_exp(std::span<const float> logits) {
  const float max = *std::ranges::max_element(logits);
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - max));
  return max + std::log(sum);
}

Result<uint32_t> chunk_count(std::span<const int32_t> tokens, const PerplexityOptions& options) {
  const size_t all = tokens.size() / options.chunk_tokens;
  if (options.chunk_tokens < 4) {
    return fail(Code::kInvalidArgument, "a chunk must have at least 4 tokens");
  }
  if (all == 0) {
    return fail(Code::kInvalidArgument, "the text has " + std::to_string(tokens.size()) +
                                            " tokens, less than one chunk of " +
                                            std::to_string(options.chunk_tokens));
  }
  const auto count = static_cast<uint32_t>(all);
  return options.chunks_max == 0 ? count : std::min(count, options.chunks_max);
}

std::vector<int32_t> chunk_of(std::span<const int32_t> tokens,
                              uint32_t index,
                              int32_t bos,
                              const PerplexityOptions& options) {
  const auto part = tokens.subspan(size_t{index} * options.chunk_tokens, options.chunk_tokens);
  std::vector<int32_t> chunk(part.begin(), part.end());
  if (bos >= 0) chunk[0] = bos;
  return chunk;
}

// Mean and spread of negative log likelihoods.
struct Score {
  double sum = 0.0;
  double sum_of_squares = 0.0;
  uint64_t count = 0;

  void add(double nll) {
    sum += nll;
    sum_of_squares += nll * nll;
    ++count;
  }
  double perplexity() const { return std::exp(sum / static_cast<double>(count)); }
  double uncertainty() const {
    if (count < 2) return 0.0;
    const auto n = static_cast<double>(count);
    const double mean = sum / n;
    const double variance = std::max(0.0, sum_of_squares / n - mean * mean);
    return std::sqrt(variance / (n - 1.0)) * perplexity();
  }
};

}  // namespace

Result<Perplexity> measure_perplexity(Evaluator& model,
                                      std::span<const int32_t> tokens,
                                      int32_t bos,
                                      const PerplexityOptions& options,
                                      const PerplexityProgress& progress) {
  LAR_TRY(const uint32_t chunks, chunk_count(tokens, options));
  Score score;
  for (uint32_t i = 0; i < chunks; ++i) {
    const std::vector<int32_t> chunk = chunk_of(tokens, i, bos, options);
    LAR_TRY(model.run(chunk, options.chunk_tokens / 2,
                      [&](uint32_t position, std::span<const float> logits) {
                        if (position + 1 >= chunk.size()) return;
                        const auto next = static_cast<size_t>(chunk[position + 1]);
                        score.add(log_sum_exp(logits) - static_cast<double>(logits[next]));
                      }));
    if (!progress(i + 1, chunks, score.perplexity())) return fail(Code::kCancelled, "interrupted");
  }
  return Perplexity{
      .value = score.perplexity(), .uncertainty = score.uncertainty(), .chunks = chunks};
}

Result<Divergence> measure_divergence(Evaluator& base,
                                      Evaluator& model,
                                      std::span<const int32_t> tokens,
                                      int32_t bos,
                                      const PerplexityOptions& options,
                                      const PerplexityProgress& progress) {
  if (base.vocab() != model.vocab()) {
    return fail(Code::kInvalidArgument, "the two models have vocabularies of " +
                                            std::to_string(base.vocab()) + " and " +
                                            std::to_string(model.vocab()) + " tokens");
  }
  LAR_TRY(const uint32_t chunks, chunk_count(tokens, options));
  Divergence result;
  Score base_score;
  Score score;
  double kl_sum = 0.0;
  uint64_t same = 0;
  const size_t vocab = base.vocab();
  const uint32_t first = options.chunk_tokens / 2;
  std::vector<float> base_rows(size_t{options.chunk_tokens - first} * vocab);
  for (uint32_t i = 0; i < chunks; ++i) {
    const std::vector<int32_t> chunk = chunk_of(tokens, i, bos, options);
    LAR_TRY(base.run(chunk, first, [&](uint32_t position, std::span<const float> logits) {
      std::ranges::copy(logits,
                        base_rows.begin() + static_cast<ptrdiff_t>((position - first) * vocab));
    }));
    LAR_TRY(model.run(chunk, first, [&](uint32_t position, std::span<const float> logits) {
      if (position + 1 >= chunk.size()) return;
      const std::span<const float> expected(base_rows.data() + (position - first) * vocab, vocab);
      const double base_norm = log_sum_exp(expected);
      const double norm = log_sum_exp(logits);
      double kl = 0.0;
      for (size_t t = 0; t < vocab; ++t) {
        const double log_p = static_cast<double>(expected[t]) - base_norm;
        kl += std::exp(log_p) * (log_p - (static_cast<double>(logits[t]) - norm));
      }
      kl_sum += kl;
      result.max_kl = std::max(result.max_kl, kl);
      same += std::ranges::max_element(expected) - expected.begin() ==
                      std::ranges::max_element(logits) - logits.begin()
                  ? 1U
                  : 0U;
      const auto next = static_cast<size_t>(chunk[position + 1]);
      base_score.add(base_norm - static_cast<double>(expected[next]));
      score.add(norm - static_cast<double>(logits[next]));
    }));
    if (!progress(i + 1, chunks, score.perplexity())) return fail(Code::kCancelled, "interrupted");
  }
  result.positions = score.count;
  result.mean_kl = kl_sum / static_cast<double>(score.count);
  result.same_top = static_cast<double>(same) / static_cast<double>(score.count);
  result.base_perplexity = base_score.perplexity();
  result.perplexity = score.perplexity();
  return result;
}

}  // namespace lar::runtime

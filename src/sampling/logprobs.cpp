#include "sampling/logprobs.h"

#include <cmath>

#include "sampling/top_k.h"

namespace lar::sampling {

float log_sum_exp(std::span<const float> logits, float max) {
  double sum = 0.0;
  for (const float logit : logits) sum += static_cast<double>(std::exp(logit - max));
  return max + static_cast<float>(std::log(sum));
}

std::span<const TokenLogprob> top_logprobs(std::span<const float> logits,
                                           float log_sum,
                                           int32_t count,
                                           Workspace& work) {
  work.top.clear();
  if (count <= 0) return work.top;
  Candidates best = select_candidates(logits, count, work);
  sort(best);
  for (const Candidate& candidate : best.items) {
    work.top.push_back({.token = candidate.token, .logprob = candidate.logit - log_sum});
  }
  return work.top;
}

}  // namespace lar::sampling

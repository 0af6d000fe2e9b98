#include "sampling/xtc.h"

#include <algorithm>

namespace lar::sampling {

bool xtc_active(const Params& params) {
  return params.xtc_probability > 0.0F && params.xtc_threshold <= 0.5F;
}

void apply_xtc(Candidates& candidates, const Params& params, Random& random) {
  if (random.uniform() >= static_cast<double>(params.xtc_probability)) return;
  softmax(candidates);
  const float threshold = params.xtc_threshold;
  const Candidate* last = nullptr;
  for (const Candidate& candidate : candidates.items) {
    if (candidate.p < threshold) continue;
    if (last == nullptr || precedes(*last, candidate)) last = &candidate;
  }
  if (last == nullptr) return;
  const int32_t kept = last->token;
  const auto end = std::remove_if(
      candidates.items.begin(), candidates.items.end(),
      [threshold, kept](const Candidate& c) { return c.p >= threshold && c.token != kept; });
  candidates.keep(static_cast<size_t>(end - candidates.items.begin()));
}

}  // namespace lar::sampling

#include "sampling/min_p.h"

#include <algorithm>
#include <cmath>

namespace lar::sampling {

void apply_min_p(Candidates& candidates, float p) {
  if (p <= 0.0F) return;
  const float bound = max_logit(candidates) + std::log(p);
  // Stable, so sorted candidates stay sorted.
  const auto end = std::remove_if(candidates.items.begin(), candidates.items.end(),
                                  [bound](const Candidate& c) { return c.logit < bound; });
  candidates.keep(static_cast<size_t>(end - candidates.items.begin()));
}

}  // namespace lar::sampling

#include "sampling/temperature.h"

namespace lar::sampling {

void apply_temperature(Candidates& candidates, float temperature) {
  const float max = max_logit(candidates);
  for (Candidate& candidate : candidates.items) {
    // 0 / temperature is written out: a denormal temperature must not make a NaN of it.
    const float below = candidate.logit - max;
    candidate.logit = below == 0.0F ? 0.0F : below / temperature;
  }
}

}  // namespace lar::sampling

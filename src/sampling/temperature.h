// Flattens (> 1) or sharpens (< 1) the distribution.
#pragma once

#include "sampling/candidates.h"

namespace lar::sampling {

// temperature > 0. The largest logit becomes 0, so no temperature can make a logit overflow
// upwards.
void apply_temperature(Candidates& candidates, float temperature);

}  // namespace lar::sampling

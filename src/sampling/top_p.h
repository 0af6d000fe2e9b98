// Keeps the likeliest tokens whose probabilities together reach p (nucleus sampling).
#pragma once

#include "sampling/candidates.h"

namespace lar::sampling {

// 0 <= p <= 1; at least one candidate stays.
void apply_top_p(Candidates& candidates, float p);

}  // namespace lar::sampling

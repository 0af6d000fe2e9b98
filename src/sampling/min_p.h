// Keeps the tokens that are at least p times as likely as the likeliest.
#pragma once

#include "sampling/candidates.h"

namespace lar::sampling {

// 0 <= p <= 1; at least one candidate stays.
void apply_min_p(Candidates& candidates, float p);

}  // namespace lar::sampling

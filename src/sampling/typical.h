// Keeps the tokens whose surprise is nearest to the expected one, until they reach p together.
#pragma once

#include "sampling/candidates.h"

namespace lar::sampling {

// 0 <= p <= 1; at least one candidate stays.
void apply_typical(Candidates& candidates, float p);

}  // namespace lar::sampling

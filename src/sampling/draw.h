// The last stage: one candidate, by its probability.
#pragma once

#include "sampling/candidates.h"
#include "sampling/random.h"

namespace lar::sampling {

// Sets p of the candidates, draws one number and returns the index of the chosen candidate.
size_t draw(Candidates& candidates, Random& random);

// The index of the best candidate.
size_t best(const Candidates& candidates);

}  // namespace lar::sampling

// XTC ("exclude top choices"): now and then drops all the likely tokens but the least likely of
// them, to leave the beaten path without leaving what makes sense.
#pragma once

#include "sampling/candidates.h"
#include "sampling/params.h"
#include "sampling/random.h"

namespace lar::sampling {

bool xtc_active(const Params& params);

// Draws one number; with xtc_probability, of the tokens at or above xtc_threshold only the least
// likely stays. The others stay in any case.
void apply_xtc(Candidates& candidates, const Params& params, Random& random);

}  // namespace lar::sampling

// DRY ("don't repeat yourself"): a token that would extend a repetition of the recent text becomes
// exponentially less likely with the length of what is repeated.
#pragma once

#include <span>

#include "sampling/params.h"
#include "sampling/workspace.h"

namespace lar::sampling {

bool dry_active(const Params& params);

// `recent` holds the window, newest first. `since_breaker`: how many of the newest tokens follow
// the last breaker; no repetition is longer than that. Params::dry_breakers are sorted. The penalty
// of a token that extends a repetition of n >= allowed tokens is
// multiplier * base ^ (n - allowed). Linear in the window.
void apply_dry(std::span<float> logits,
               const Params& params,
               std::span<const int32_t> recent,
               size_t since_breaker,
               Workspace& work);

}  // namespace lar::sampling

// Repeat, presence and frequency penalties: tokens of the recent past become less likely.
#pragma once

#include <span>

#include "sampling/params.h"
#include "sampling/workspace.h"

namespace lar::sampling {

bool penalties_active(const Params& params);

// `recent` is the window the penalties look at. A positive logit is divided by repeat_penalty and a
// negative one multiplied, so that both fall; then presence_penalty is subtracted once and
// frequency_penalty once for each time the token stands in the window.
void apply_penalties(std::span<float> logits,
                     const Params& params,
                     std::span<const int32_t> recent,
                     Workspace& work);

}  // namespace lar::sampling

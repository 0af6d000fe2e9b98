// Adds a fixed number to the logits of chosen tokens.
#pragma once

#include <span>

#include "sampling/params.h"

namespace lar::sampling {

// Tokens are inside the row.
void apply_logit_bias(std::span<float> logits, std::span<const LogitBias> bias);

}  // namespace lar::sampling

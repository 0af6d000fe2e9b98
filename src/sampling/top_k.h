// From a row of logits to candidates: all that are allowed, or the k best of them.
#pragma once

#include <cstdint>
#include <span>

#include "sampling/candidates.h"
#include "sampling/workspace.h"

namespace lar::sampling {

// k <= 0 or k >= the row: all tokens, in order of their ids. Else the k best, best first. Tokens at
// -infinity are left out, so the result may be shorter, or empty where all are forbidden.
Candidates select_candidates(std::span<const float> logits, int32_t k, Workspace& work);

}  // namespace lar::sampling

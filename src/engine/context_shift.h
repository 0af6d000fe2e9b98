// What a full context loses so that generation can go on: half of the tokens after the kept ones.
// The rest is computed again at its new positions; cached keys are never rotated.
#pragma once

#include <cstdint>

namespace lar::engine {

struct ShiftRange {
  uint32_t begin = 0;
  uint32_t count = 0;  // 0: nothing can be dropped
};

// `tokens` stand in a context of the same size; `keep` is bounded so that at least four tokens can
// go or stay.
ShiftRange shift_range(uint32_t tokens, uint32_t keep);

}  // namespace lar::engine

// The first half of encoding Q4_K and Q5_K: a scale and a min for each group of 32, rounded to six
// bits each.
#pragma once

#include <cstdint>

#include "quant/formats/fit.h"

namespace lar::quant {

// Gives the block's scale and min; fills the twelve bytes of `scales` (zero before) and, for each
// of the 256 elements, its number by the fit of its group.
AffineFit fit_six_bit_groups(const float* in,
                             const AffineSearch& search,
                             uint8_t* scales,
                             uint8_t* numbers);

}  // namespace lar::quant

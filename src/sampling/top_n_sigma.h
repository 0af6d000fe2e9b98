// Keeps the logits within n standard deviations of the largest.
#pragma once

#include <span>

namespace lar::sampling {

// n > 0. Forbidden tokens (-infinity) count neither for the mean nor for the deviation.
void apply_top_n_sigma(std::span<float> logits, float n);

}  // namespace lar::sampling

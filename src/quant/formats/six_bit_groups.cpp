#include "quant/formats/six_bit_groups.h"

#include <cmath>

#include "quant/formats/extremes.h"
#include "quant/formats/k_bits.h"
#include "quant/formats/round.h"

namespace lar::quant {
namespace {

// An element counts by its magnitude and by the group's root mean square.
void group_weights(const float* in, float* weights) {
  float squares = 0;
  for (size_t e = 0; e < 32; ++e) squares += in[e] * in[e];
  const float mean = std::sqrt(squares / 32.0F);
  for (size_t e = 0; e < 32; ++e) weights[e] = mean + std::fabs(in[e]);
}

}  // namespace

AffineFit fit_six_bit_groups(const float* in,
                             const AffineSearch& search,
                             uint8_t* scales,
                             uint8_t* numbers) {
  float group_scales[8];
  float group_mins[8];
  for (size_t group = 0; group < 8; ++group) {
    float weights[32];
    group_weights(in + 32 * group, weights);
    const AffineFit fit = fit_affine({in + 32 * group, 32}, weights, search, numbers + 32 * group);
    group_scales[group] = fit.scale;
    group_mins[group] = fit.min_depth;
  }
  const float scale_max = largest_from_zero(group_scales, 8);
  const float min_max = largest_from_zero(group_mins, 8);
  const float inverse_scale = scale_max > 0 ? 63.0F / scale_max : 0.0F;
  const float inverse_min = min_max > 0 ? 63.0F / min_max : 0.0F;
  for (size_t group = 0; group < 8; ++group) {
    const int scale = round_even_to(inverse_scale * group_scales[group], 0, 63);
    const int min = round_even_to(inverse_min * group_mins[group], 0, 63);
    set_six_bit_pair(scales, group, {static_cast<unsigned>(scale), static_cast<unsigned>(min)});
  }
  return {scale_max / 63.0F, min_max / 63.0F};
}

}  // namespace lar::quant

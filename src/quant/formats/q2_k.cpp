#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/fit.h"
#include "quant/formats/k_bits.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ2_K& block, float* out) {
  const float d = f16_to_f32(block.d);
  const float dmin = f16_to_f32(block.dmin);
  for (size_t group = 0; group < 16; ++group) {
    const unsigned packed = block.scales[group];
    const float scale = d * static_cast<float>(packed & 15U);
    const float min = dmin * static_cast<float>(packed >> 4);
    for (size_t e = 16 * group; e < 16 * group + 16; ++e) {
      out[e] = scale * static_cast<float>(two_bits(block.qs, e)) - min;
    }
  }
}

void encode(const float* in, BlockQ2_K& block) {
  constexpr AffineSearch kSearch = {
      .level_max = 3, .first = -0.5F, .last = 15, .measure = ErrorMeasure::kAbsolute};
  uint8_t numbers[256];
  float scales[16];
  float mins[16];
  for (size_t group = 0; group < 16; ++group) {
    float weights[16];
    for (size_t e = 0; e < 16; ++e) weights[e] = std::fabs(in[16 * group + e]);
    const AffineFit fit = fit_affine({in + 16 * group, 16}, weights, kSearch, numbers + 16 * group);
    scales[group] = fit.scale;
    mins[group] = fit.min_depth;
  }
  const float scale_max = largest_from_zero(scales, 16);
  const float min_max = largest_from_zero(mins, 16);
  const float inverse_scale = scale_max > 0 ? 15.0F / scale_max : 0.0F;
  const float inverse_min = min_max > 0 ? 15.0F / min_max : 0.0F;
  block = {};
  block.d = f32_to_f16(scale_max / 15.0F);
  block.dmin = f32_to_f16(min_max / 15.0F);
  for (size_t group = 0; group < 16; ++group) {
    const int scale = round_even_to(inverse_scale * scales[group], 0, 15);
    const int min = round_even_to(inverse_min * mins[group], 0, 15);
    block.scales[group] = static_cast<uint8_t>(scale | min << 4);
    round_group({in + 16 * group, 16}, f16_to_f32(block.d) * static_cast<float>(scale),
                f16_to_f32(block.dmin) * static_cast<float>(min), 3, numbers + 16 * group);
  }
  for (size_t e = 0; e < 256; ++e) set_two_bits(block.qs, e, numbers[e]);
}

}  // namespace lar::quant

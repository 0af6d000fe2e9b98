#include "quant/formats.h"
#include "quant/formats/fit.h"
#include "quant/formats/k_bits.h"
#include "quant/formats/six_bit_groups.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ5_K& block, float* out) {
  const float d = f16_to_f32(block.d);
  const float dmin = f16_to_f32(block.dmin);
  for (size_t group = 0; group < 8; ++group) {
    const ScaleMin pair = six_bit_pair(block.scales, group);
    const float scale = d * static_cast<float>(pair.scale);
    const float min = dmin * static_cast<float>(pair.min);
    for (size_t e = 32 * group; e < 32 * group + 32; ++e) {
      const unsigned q = four_bits(block.qs, e) | plane_bit(block.qh, e) << 4;
      out[e] = scale * static_cast<float>(q) - min;
    }
  }
}

void encode(const float* in, BlockQ5_K& block) {
  constexpr AffineSearch kSearch = {.level_max = 31, .first = -0.5F, .last = 15};
  uint8_t numbers[256];
  block = {};
  const AffineFit fit = fit_six_bit_groups(in, kSearch, block.scales, numbers);
  block.d = f32_to_f16(fit.scale);
  block.dmin = f32_to_f16(fit.min_depth);
  for (size_t group = 0; group < 8; ++group) {
    const ScaleMin pair = six_bit_pair(block.scales, group);
    round_group({in + 32 * group, 32}, f16_to_f32(block.d) * static_cast<float>(pair.scale),
                f16_to_f32(block.dmin) * static_cast<float>(pair.min), kSearch.level_max,
                numbers + 32 * group);
  }
  for (size_t e = 0; e < 256; ++e) {
    set_four_bits(block.qs, e, numbers[e]);
    set_plane_bit(block.qh, e, static_cast<unsigned>(numbers[e]) >> 4);
  }
}

}  // namespace lar::quant

#include "quant/formats.h"
#include "quant/formats/k_bits.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ4_K& block, float* out) {
  const float d = f16_to_f32(block.d);
  const float dmin = f16_to_f32(block.dmin);
  for (size_t group = 0; group < 8; ++group) {
    const ScaleMin pair = six_bit_pair(block.scales, group);
    const float scale = d * static_cast<float>(pair.scale);
    const float min = dmin * static_cast<float>(pair.min);
    for (size_t e = 32 * group; e < 32 * group + 32; ++e) {
      out[e] = scale * static_cast<float>(four_bits(block.qs, e)) - min;
    }
  }
}

}  // namespace lar::quant

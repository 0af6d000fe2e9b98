#include "quant/formats.h"
#include "quant/formats/k_bits.h"
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

}  // namespace lar::quant

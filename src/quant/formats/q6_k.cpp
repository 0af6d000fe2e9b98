#include "quant/formats.h"
#include "quant/formats/k_bits.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ6_K& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t group = 0; group < 16; ++group) {
    const float scale = d * static_cast<float>(block.scales[group]);
    for (size_t e = 16 * group; e < 16 * group + 16; ++e) {
      const unsigned byte = block.ql[64 * (e / 128) + e % 64];
      const unsigned low = e % 128 < 64 ? byte & 15U : byte >> 4;
      const unsigned q = low | two_bits(block.qh, e) << 4;
      out[e] = scale * static_cast<float>(static_cast<int>(q) - 32);
    }
  }
}

}  // namespace lar::quant

#include "quant/formats.h"
#include "quant/formats/k_bits.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockTQ2_0& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t e = 0; e < 256; ++e) {
    out[e] = static_cast<float>(static_cast<int>(two_bits(block.qs, e)) - 1) * d;
  }
}

}  // namespace lar::quant

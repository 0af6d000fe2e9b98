#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/vectors.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ1_S& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t v = 0; v < 32; ++v, out += 8) {
    const unsigned packed = block.qh[v / 4];
    const unsigned high = (packed >> (3 * (v % 4))) & 7U;
    const float scale = d * static_cast<float>(2U * ((packed >> 12) & 7U) + 1U);
    const float delta = packed & 0x8000U ? -0.125F : 0.125F;
    shifted_vector(kIq1sGrid[block.qs[v] | high << 8], delta, scale, out);
  }
}

}  // namespace lar::quant

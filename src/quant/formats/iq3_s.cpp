#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/vectors.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ3_S& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t v = 0; v < 64; ++v, out += 4) {
    const unsigned high = (static_cast<unsigned>(block.qh[v / 8]) >> (v % 8)) & 1U;
    const unsigned s = (static_cast<unsigned>(block.scales[v / 16]) >> (4 * (v / 8 % 2))) & 15U;
    const unsigned signs = static_cast<unsigned>(block.signs[v / 2]) >> (4 * (v % 2));
    const float scale = d * static_cast<float>(1U + 2U * s);
    signed_vector(kIq3sGrid[block.qs[v] | high << 8], signs, scale, out);
  }
}

}  // namespace lar::quant

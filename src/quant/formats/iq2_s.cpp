#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/vectors.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ2_S& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t v = 0; v < 32; ++v, out += 8) {
    const unsigned high = (static_cast<unsigned>(block.qh[v / 4]) >> (2 * (v % 4))) & 3U;
    const unsigned s = (static_cast<unsigned>(block.scales[v / 4]) >> (4 * (v / 2 % 2))) & 15U;
    signed_vector(kIq2sGrid[block.qs[v] | high << 8], block.signs[v], quarter_scale(d, s), out);
  }
}

}  // namespace lar::quant

#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/vectors.h"
#include "quant/half.h"

namespace lar::quant {
namespace {

uint16_t gather_d(const BlockIQ1_M& block) {
  unsigned d = 0;
  for (size_t word = 0; word < 4; ++word) {
    d |= (static_cast<unsigned>(block.scales[word]) >> 12) << (4 * word);
  }
  return static_cast<uint16_t>(d);
}

}  // namespace

void decode(const BlockIQ1_M& block, float* out) {
  const float d = f16_to_f32(gather_d(block));
  for (size_t v = 0; v < 32; ++v, out += 8) {
    const unsigned half = static_cast<unsigned>(block.qh[v / 2]) >> (4 * (v % 2));
    const size_t pair = v / 2;
    const unsigned s = (static_cast<unsigned>(block.scales[pair / 4]) >> (3 * (pair % 4))) & 7U;
    const float scale = d * static_cast<float>(2U * s + 1U);
    const float delta = half & 8U ? -0.125F : 0.125F;
    shifted_vector(kIq1sGrid[block.qs[v] | (half & 7U) << 8], delta, scale, out);
  }
}

}  // namespace lar::quant

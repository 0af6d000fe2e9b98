#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/vectors.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ2_XXS& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t group = 0; group < 8; ++group) {
    const uint8_t* indices = block.qs + 8 * group;
    const uint32_t signs_and_scale = load_u32(indices + 4);
    const float scale = quarter_scale(d, signs_and_scale >> 28);
    for (size_t v = 0; v < 4; ++v, out += 8) {
      const unsigned signs = kSignPatterns[(signs_and_scale >> (7 * v)) & 127U];
      signed_vector(kIq2xxsGrid[indices[v]], signs, scale, out);
    }
  }
}

}  // namespace lar::quant

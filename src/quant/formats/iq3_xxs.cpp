#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/vectors.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ3_XXS& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t group = 0; group < 8; ++group) {
    const uint32_t packed = load_u32(block.scales_and_signs + 4 * group);
    const float scale = d * (0.5F + static_cast<float>(packed >> 28)) * 0.5F;
    for (size_t v = 0; v < 8; ++v, out += 4) {
      const unsigned signs = kSignPatterns[(packed >> (7 * (v / 2))) & 127U];
      signed_vector(kIq3xxsGrid[block.qs[8 * group + v]], signs >> (4 * (v % 2)), scale, out);
    }
  }
}

}  // namespace lar::quant

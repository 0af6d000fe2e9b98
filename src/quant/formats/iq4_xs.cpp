#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/nibbles.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ4_XS& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t group = 0; group < 8; ++group) {
    const unsigned low =
        (static_cast<unsigned>(block.scales_l[group / 2]) >> (4 * (group % 2))) & 15U;
    const unsigned high = (static_cast<unsigned>(block.scales_h) >> (2 * group)) & 3U;
    const float scale = d * static_cast<float>(static_cast<int>(low | high << 4) - 32);
    const uint8_t* qs = block.qs + 16 * group;
    for (size_t e = 0; e < 32; ++e) {
      *out++ = scale * static_cast<float>(kIq4nlValues[nibble(qs, e)]);
    }
  }
}

}  // namespace lar::quant

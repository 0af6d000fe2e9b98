#include "quant/formats.h"
#include "quant/formats/k_bits.h"
#include "quant/half.h"

namespace lar::quant {
namespace {

int group_scale(const uint8_t* scales, size_t group) {
  const unsigned low = (static_cast<unsigned>(scales[group % 8]) >> (4 * (group / 8))) & 15U;
  const unsigned high = (static_cast<unsigned>(scales[8 + group % 4]) >> (2 * (group / 4))) & 3U;
  return static_cast<int>(low | high << 4) - 32;
}

}  // namespace

void decode(const BlockQ3_K& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t group = 0; group < 16; ++group) {
    const float scale = d * static_cast<float>(group_scale(block.scales, group));
    for (size_t e = 16 * group; e < 16 * group + 16; ++e) {
      const unsigned q = two_bits(block.qs, e) | plane_bit(block.hmask, e) << 2;
      out[e] = scale * static_cast<float>(static_cast<int>(q) - 4);
    }
  }
}

}  // namespace lar::quant

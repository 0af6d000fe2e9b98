#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/fit_values.h"
#include "quant/formats/nearest_value.h"
#include "quant/formats/nibbles.h"
#include "quant/formats/round.h"
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

void encode(const float* in, BlockIQ4_XS& block) {
  float scales[8];
  for (size_t group = 0; group < 8; ++group)
    scales[group] = fit_values(kIq4nlValues, in + 32 * group);
  const float d = -largest_signed(scales, 8) / 32.0F;
  const float inverse = reciprocal_or_zero(d);
  block = {};
  block.d = f32_to_f16(d);
  for (size_t group = 0; group < 8; ++group) {
    const int scale = round_even_to(inverse * scales[group], -32, 31);
    const auto packed = static_cast<unsigned>(scale + 32);
    block.scales_l[group / 2] =
        static_cast<uint8_t>(block.scales_l[group / 2] | (packed & 15U) << (4 * (group % 2)));
    block.scales_h = static_cast<uint16_t>(block.scales_h | (packed >> 4) << (2 * group));
    const float group_inverse = reciprocal_or_zero(d * static_cast<float>(scale));
    uint8_t numbers[32];
    for (size_t e = 0; e < 32; ++e) {
      numbers[e] = nearest_value(kIq4nlValues, group_inverse * in[32 * group + e]);
    }
    pack_nibbles(numbers, block.qs + 16 * group);
  }
}

}  // namespace lar::quant

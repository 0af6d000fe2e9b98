#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/fit.h"
#include "quant/formats/k_bits.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {
namespace {

int group_scale(const uint8_t* scales, size_t group) {
  const unsigned low = (static_cast<unsigned>(scales[group % 8]) >> (4 * (group / 8))) & 15U;
  const unsigned high = (static_cast<unsigned>(scales[8 + group % 4]) >> (2 * (group / 4))) & 3U;
  return static_cast<int>(low | high << 4) - 32;
}

void set_group_scale(uint8_t* scales, size_t group, int scale) {
  const auto packed = static_cast<unsigned>(scale + 32);
  uint8_t& low = scales[group % 8];
  low = static_cast<uint8_t>(low | (packed & 15U) << (4 * (group / 8)));
  uint8_t& high = scales[8 + group % 4];
  high = static_cast<uint8_t>(high | (packed >> 4) << (2 * (group / 4)));
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

void encode(const float* in, BlockQ3_K& block) {
  uint8_t numbers[256];
  float scales[16];
  for (size_t group = 0; group < 16; ++group) {
    scales[group] = fit_symmetric_descent({in + 16 * group, 16}, 4, numbers + 16 * group);
  }
  const float largest = largest_signed(scales, 16);
  const float inverse = largest != 0 ? -32.0F / largest : 0.0F;
  block = {};
  block.d = f32_to_f16(reciprocal_or_zero(inverse));
  for (size_t group = 0; group < 16; ++group) {
    // Without a scale all is zero, the packed scales too.
    if (largest != 0)
      set_group_scale(block.scales, group, round_even_to(inverse * scales[group], -32, 31));
    const float scale = f16_to_f32(block.d) * static_cast<float>(group_scale(block.scales, group));
    if (scale == 0) continue;
    for (size_t e = 16 * group; e < 16 * group + 16; ++e) {
      numbers[e] = static_cast<uint8_t>(round_even_to(in[e] / scale, -4, 3) + 4);
    }
  }
  for (size_t e = 0; e < 256; ++e) {
    set_two_bits(block.qs, e, numbers[e]);
    set_plane_bit(block.hmask, e, static_cast<unsigned>(numbers[e]) >> 2);
  }
}

}  // namespace lar::quant

#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/fit.h"
#include "quant/formats/k_bits.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ6_K& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t group = 0; group < 16; ++group) {
    const float scale = d * static_cast<float>(block.scales[group]);
    for (size_t e = 16 * group; e < 16 * group + 16; ++e) {
      const unsigned byte = block.ql[64 * (e / 128) + e % 64];
      const unsigned low = e % 128 < 64 ? byte & 15U : byte >> 4;
      const unsigned q = low | two_bits(block.qh, e) << 4;
      out[e] = scale * static_cast<float>(static_cast<int>(q) - 32);
    }
  }
}

void encode(const float* in, BlockQ6_K& block) {
  uint8_t numbers[256];
  float scales[16];
  for (size_t group = 0; group < 16; ++group) {
    scales[group] = fit_symmetric({in + 16 * group, 16}, 32, numbers + 16 * group);
  }
  block = {};
  const float largest = largest_signed(scales, 16);
  if (!(std::fabs(largest) >= 1e-15F)) return;
  const float inverse = -128.0F / largest;
  block.d = f32_to_f16(1.0F / inverse);
  for (size_t group = 0; group < 16; ++group) {
    block.scales[group] = static_cast<int8_t>(round_even_to(inverse * scales[group], -128, 127));
    const float scale = f16_to_f32(block.d) * static_cast<float>(block.scales[group]);
    if (scale == 0) continue;
    for (size_t e = 16 * group; e < 16 * group + 16; ++e) {
      numbers[e] = static_cast<uint8_t>(round_even_to(in[e] / scale, -32, 31) + 32);
    }
  }
  for (size_t e = 0; e < 256; ++e) {
    const unsigned low = (numbers[e] & 15U) << (e % 128 < 64 ? 0 : 4);
    uint8_t& byte = block.ql[64 * (e / 128) + e % 64];
    byte = static_cast<uint8_t>(byte | low);
    set_two_bits(block.qh, e, static_cast<unsigned>(numbers[e]) >> 4);
  }
}

}  // namespace lar::quant

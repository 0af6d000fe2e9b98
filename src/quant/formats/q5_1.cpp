#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/nibbles.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ5_1& block, float* out) {
  const float d = f16_to_f32(block.d);
  const float m = f16_to_f32(block.m);
  for (size_t e = 0; e < 32; ++e) {
    out[e] = static_cast<float>(nibble(block.qs, e) | bit(block.qh, e) << 4) * d + m;
  }
}

void encode(const float* in, BlockQ5_1& block) {
  const auto [min, max] = extremes(in, 32);
  const float d = (max - min) / 31.0F;
  const float inverse = reciprocal_or_zero(d);
  uint8_t numbers[32];
  for (size_t e = 0; e < 32; ++e) {
    numbers[e] = static_cast<uint8_t>(truncate_to((in[e] - min) * inverse + 0.5F, 0, 31));
  }
  block.d = f32_to_f16(d);
  block.m = f32_to_f16(min);
  pack_nibbles(numbers, block.qs);
  pack_fifth_bits(numbers, block.qh);
}

}  // namespace lar::quant

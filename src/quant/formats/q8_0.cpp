#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ8_0& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t e = 0; e < 32; ++e) out[e] = static_cast<float>(block.qs[e]) * d;
}

void encode(const float* in, BlockQ8_0& block) {
  const float d = std::fabs(largest_signed(in, 32)) / 127.0F;
  const float inverse = reciprocal_or_zero(d);
  for (size_t e = 0; e < 32; ++e) {
    block.qs[e] = static_cast<int8_t>(round_away_to(in[e] * inverse, -128, 127));
  }
  block.d = f32_to_f16(d);
}

}  // namespace lar::quant

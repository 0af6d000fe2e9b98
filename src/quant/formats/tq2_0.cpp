#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/k_bits.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockTQ2_0& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t e = 0; e < 256; ++e) {
    out[e] = static_cast<float>(static_cast<int>(two_bits(block.qs, e)) - 1) * d;
  }
}

void encode(const float* in, BlockTQ2_0& block) {
  const float d = std::fabs(largest_signed(in, 256));
  const float inverse = reciprocal_or_zero(d);
  block = {};
  block.d = f32_to_f16(d);
  for (size_t e = 0; e < 256; ++e) {
    set_two_bits(block.qs, e, static_cast<unsigned>(round_away_to(in[e] * inverse, -1, 1) + 1));
  }
}

}  // namespace lar::quant

#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/nibbles.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ4_0& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t e = 0; e < 32; ++e) {
    out[e] = static_cast<float>(static_cast<int>(nibble(block.qs, e)) - 8) * d;
  }
}

// The value of largest magnitude becomes exactly -8, so the range leans to its side.
void encode(const float* in, BlockQ4_0& block) {
  const float d = largest_signed(in, 32) / -8.0F;
  const float inverse = reciprocal_or_zero(d);
  uint8_t numbers[32];
  for (size_t e = 0; e < 32; ++e) {
    numbers[e] = static_cast<uint8_t>(truncate_to(in[e] * inverse + 8.5F, 0, 15));
  }
  block.d = f32_to_f16(d);
  pack_nibbles(numbers, block.qs);
}

}  // namespace lar::quant

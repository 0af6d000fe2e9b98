#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/nibbles.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockQ5_0& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t e = 0; e < 32; ++e) {
    const unsigned q = nibble(block.qs, e) | bit(block.qh, e) << 4;
    out[e] = static_cast<float>(static_cast<int>(q) - 16) * d;
  }
}

// The value of largest magnitude becomes exactly -16.
void encode(const float* in, BlockQ5_0& block) {
  const float d = largest_signed(in, 32) / -16.0F;
  const float inverse = reciprocal_or_zero(d);
  uint8_t numbers[32];
  for (size_t e = 0; e < 32; ++e) {
    numbers[e] = static_cast<uint8_t>(truncate_to(in[e] * inverse + 16.5F, 0, 31));
  }
  block.d = f32_to_f16(d);
  pack_nibbles(numbers, block.qs);
  pack_fifth_bits(numbers, block.qh);
}

}  // namespace lar::quant

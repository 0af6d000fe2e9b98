#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/nibbles.h"
#include "quant/formats/round.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockMXFP4& block, float* out) {
  const float d = e8m0_to_f32_half(block.e);
  for (size_t e = 0; e < 32; ++e) {
    out[e] = static_cast<float>(kMxfp4Values[nibble(block.qs, e)]) * d;
  }
}

// The exponent that puts the largest magnitude into the top binade of the values.
void encode(const float* in, BlockMXFP4& block) {
  const float largest = std::fabs(largest_signed(in, 32));
  block.e = 0;
  if (largest > 0) {
    block.e = static_cast<uint8_t>(truncate_to(std::floor(std::log2(largest)) + 125.0F, 0, 254));
  }
  const float d = e8m0_to_f32_half(block.e);
  uint8_t numbers[32];
  for (size_t e = 0; e < 32; ++e) {
    numbers[e] = 0;
    float best = std::fabs(-in[e]);
    for (uint8_t i = 1; i < 16; ++i) {
      const float error = std::fabs(static_cast<float>(kMxfp4Values[i]) * d - in[e]);
      if (error < best) {
        best = error;
        numbers[e] = i;
      }
    }
  }
  pack_nibbles(numbers, block.qs);
}

}  // namespace lar::quant

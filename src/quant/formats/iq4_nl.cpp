#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/fit_values.h"
#include "quant/formats/nearest_value.h"
#include "quant/formats/nibbles.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ4_NL& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t e = 0; e < 32; ++e) {
    out[e] = d * static_cast<float>(kIq4nlValues[nibble(block.qs, e)]);
  }
}

void encode(const float* in, BlockIQ4_NL& block) {
  const float d = fit_values(kIq4nlValues, in);
  const float inverse = reciprocal_or_zero(d);
  uint8_t numbers[32];
  for (size_t e = 0; e < 32; ++e) numbers[e] = nearest_value(kIq4nlValues, inverse * in[e]);
  block.d = f32_to_f16(d);
  pack_nibbles(numbers, block.qs);
}

}  // namespace lar::quant

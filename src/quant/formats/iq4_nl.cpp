#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/nibbles.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockIQ4_NL& block, float* out) {
  const float d = f16_to_f32(block.d);
  for (size_t e = 0; e < 32; ++e) {
    out[e] = d * static_cast<float>(kIq4nlValues[nibble(block.qs, e)]);
  }
}

}  // namespace lar::quant

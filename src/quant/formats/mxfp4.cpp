#include "quant/codebooks.h"
#include "quant/formats.h"
#include "quant/formats/nibbles.h"
#include "quant/half.h"

namespace lar::quant {

void decode(const BlockMXFP4& block, float* out) {
  const float d = e8m0_to_f32_half(block.e);
  for (size_t e = 0; e < 32; ++e) {
    out[e] = static_cast<float>(kMxfp4Values[nibble(block.qs, e)]) * d;
  }
}

}  // namespace lar::quant

#include "quant/formats.h"
#include "quant/half.h"

namespace lar::quant {
namespace {

// `bytes` bytes hold `digits` runs of `bytes` elements: all first digits, all second digits, ...
float* decode_trits(const uint8_t* packed, size_t bytes, size_t digits, float d, float* out) {
  unsigned power = 1;
  for (size_t digit = 0; digit < digits; ++digit, power *= 3) {
    for (size_t i = 0; i < bytes; ++i) {
      const unsigned fraction = (packed[i] * power) & 0xFFU;
      const int trit = static_cast<int>((fraction * 3) >> 8);
      *out++ = static_cast<float>(trit - 1) * d;
    }
  }
  return out;
}

}  // namespace

void decode(const BlockTQ1_0& block, float* out) {
  const float d = f16_to_f32(block.d);
  out = decode_trits(block.qs, 32, 5, d, out);
  out = decode_trits(block.qs + 32, 16, 5, d, out);
  decode_trits(block.qh, 4, 4, d, out);
}

}  // namespace lar::quant

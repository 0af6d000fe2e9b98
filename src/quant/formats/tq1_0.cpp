#include "quant/formats.h"
#include "quant/formats/extremes.h"
#include "quant/formats/round.h"
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

// A byte is its five digits as a fraction of 3^5, scaled to 256 and rounded up, so that cutting off
// gives the digits again.
const float* encode_trits(
    const float* in, float inverse, size_t bytes, size_t digits, uint8_t* packed) {
  for (size_t i = 0; i < bytes; ++i) {
    unsigned number = 0;
    for (size_t digit = 0; digit < 5; ++digit) {
      const bool used = digit < digits;
      const int trit = used ? round_away_to(in[digit * bytes + i] * inverse, -1, 1) + 1 : 0;
      number = 3 * number + static_cast<unsigned>(trit);
    }
    packed[i] = static_cast<uint8_t>((number * 256 + 242) / 243);
  }
  return in + digits * bytes;
}

}  // namespace

void decode(const BlockTQ1_0& block, float* out) {
  const float d = f16_to_f32(block.d);
  out = decode_trits(block.qs, 32, 5, d, out);
  out = decode_trits(block.qs + 32, 16, 5, d, out);
  decode_trits(block.qh, 4, 4, d, out);
}

void encode(const float* in, BlockTQ1_0& block) {
  const float d = std::fabs(largest_signed(in, 256));
  const float inverse = reciprocal_or_zero(d);
  block.d = f32_to_f16(d);
  in = encode_trits(in, inverse, 32, 5, block.qs);
  in = encode_trits(in, inverse, 16, 5, block.qs + 32);
  encode_trits(in, inverse, 4, 4, block.qh);
}

}  // namespace lar::quant

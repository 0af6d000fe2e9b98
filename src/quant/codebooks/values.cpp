// The tables of single values, and the sign patterns.
#include "quant/codebooks.h"

namespace lar::quant {
namespace {

consteval Codebook<uint8_t, 128> even_sign_patterns() {
  Codebook<uint8_t, 128> book = {};
  for (unsigned i = 0; i < 128; ++i) {
    const unsigned parity = static_cast<unsigned>(__builtin_popcount(i)) & 1U;
    book.vectors[i] = static_cast<uint8_t>(i | parity << 7);
  }
  return book;
}

}  // namespace

constinit const Codebook<uint8_t, 128> kSignPatterns = even_sign_patterns();

constinit const int8_t kIq4nlValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                           1,    13,   25,  38,  53,  69,  89,  113};

constinit const int8_t kMxfp4Values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

}  // namespace lar::quant

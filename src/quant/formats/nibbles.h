// The order of 32 four-bit numbers in 16 bytes that most formats share: elements 0-15 in the low
// halves, 16-31 in the high halves. And the fifth bits of Q5_0 and Q5_1: bit e of four bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lar::quant {

inline unsigned nibble(const uint8_t* qs, size_t element) {
  return element < 16 ? qs[element] & 0x0FU : static_cast<unsigned>(qs[element - 16]) >> 4;
}

inline unsigned bit(const uint8_t* bits, size_t index) {
  return (static_cast<unsigned>(bits[index / 8]) >> (index % 8)) & 1U;
}

inline void pack_nibbles(const uint8_t (&numbers)[32], uint8_t* qs) {
  for (size_t i = 0; i < 16; ++i) {
    qs[i] = static_cast<uint8_t>((numbers[i] & 0x0FU) | (numbers[i + 16] & 0x0FU) << 4);
  }
}

inline void pack_fifth_bits(const uint8_t (&numbers)[32], uint8_t* qh) {
  for (size_t byte = 0; byte < 4; ++byte) {
    unsigned bits = 0;
    for (size_t i = 0; i < 8; ++i) bits |= ((numbers[8 * byte + i] >> 4) & 1U) << i;
    qh[byte] = static_cast<uint8_t>(bits);
  }
}

}  // namespace lar::quant

// How the 256-element formats spread the bits of an element, shared by Q2_K to Q6_K and TQ2_0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lar::quant {

// Two-bit number of an element: byte 32h + e % 32, bits 2j and up; h = e / 128, j = e % 128 / 32.
inline unsigned two_bits(const uint8_t* qs, size_t e) {
  const unsigned byte = qs[32 * (e / 128) + e % 32];
  return (byte >> (2 * (e % 128 / 32))) & 3U;
}

inline void set_two_bits(uint8_t* qs, size_t e, unsigned number) {
  uint8_t& byte = qs[32 * (e / 128) + e % 32];
  byte = static_cast<uint8_t>(byte | (number & 3U) << (2 * (e % 128 / 32)));
}

// Four-bit number of an element in Q4_K and Q5_K: 64 elements in 32 bytes, low halves first.
inline unsigned four_bits(const uint8_t* qs, size_t e) {
  const unsigned byte = qs[32 * (e / 64) + e % 32];
  return e % 64 < 32 ? byte & 15U : byte >> 4;
}

inline void set_four_bits(uint8_t* qs, size_t e, unsigned number) {
  uint8_t& byte = qs[32 * (e / 64) + e % 32];
  byte = static_cast<uint8_t>(byte | (number & 15U) << (e % 64 < 32 ? 0 : 4));
}

// One bit an element: bit e / 32 of byte e % 32.
inline unsigned plane_bit(const uint8_t* plane, size_t e) {
  return (static_cast<unsigned>(plane[e % 32]) >> (e / 32)) & 1U;
}

inline void set_plane_bit(uint8_t* plane, size_t e, unsigned number) {
  plane[e % 32] = static_cast<uint8_t>(plane[e % 32] | (number & 1U) << (e / 32));
}

// The eight pairs of six-bit scale and min in the twelve bytes of Q4_K and Q5_K (blocks.h).
struct ScaleMin {
  unsigned scale = 0;
  unsigned min = 0;
};

inline ScaleMin six_bit_pair(const uint8_t* scales, size_t group) {
  if (group < 4) return {scales[group] & 63U, scales[group + 4] & 63U};
  const unsigned low = scales[group + 4];
  return {(low & 15U) | (static_cast<unsigned>(scales[group - 4]) >> 6) << 4,
          (low >> 4) | (static_cast<unsigned>(scales[group]) >> 6) << 4};
}

// Into bytes that were zero before the first pair.
inline void set_six_bit_pair(uint8_t* scales, size_t group, ScaleMin pair) {
  const auto add = [&](size_t i, unsigned bits) {
    scales[i] = static_cast<uint8_t>(scales[i] | bits);
  };
  if (group < 4) {
    add(group, pair.scale);
    add(group + 4, pair.min);
    return;
  }
  add(group + 4, (pair.scale & 15U) | (pair.min & 15U) << 4);
  add(group - 4, pair.scale >> 4 << 6);
  add(group, pair.min >> 4 << 6);
}

}  // namespace lar::quant

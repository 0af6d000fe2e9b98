// Pieces of the codebook formats: unaligned words, and a codebook vector with signs and a scale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lar::quant {

inline uint32_t load_u32(const uint8_t* bytes) {
  uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// out[i] = scale * byte i of vector * (bit i of signs ? -1 : 1), for the bytes of Vector.
template <class Vector>
void signed_vector(Vector vector, unsigned signs, float scale, float* out) {
  for (size_t i = 0; i < sizeof(Vector); ++i) {
    const float magnitude = scale * static_cast<float>((vector >> (8 * i)) & 0xFFU);
    out[i] = magnitude * ((signs >> i) & 1U ? -1.0F : 1.0F);
  }
}

// out[i] = scale * (byte i of vector as signed + delta), for the eight bytes.
inline void shifted_vector(uint64_t vector, float delta, float scale, float* out) {
  for (size_t i = 0; i < 8; ++i) {
    out[i] = scale * (static_cast<float>(static_cast<int8_t>(vector >> (8 * i))) + delta);
  }
}

// d * (s + 0.5) / 4, the scale of the two-bit codebook formats.
inline float quarter_scale(float d, unsigned s) {
  return d * (0.5F + static_cast<float>(s)) * 0.25F;
}

}  // namespace lar::quant

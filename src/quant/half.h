// IEEE half and bfloat16 to and from float: exact one way, round-to-nearest-even the other, with
// subnormals, infinities and NaN (made quiet, upper payload bits kept, as the processors do it).
// Forced inline and free of other headers, so that a file built for one instruction set can
// include it without leaving a copy that the linker could give to other callers.
#pragma once

#include <cstdint>

namespace lar::quant {

[[gnu::always_inline]] constexpr inline float f16_to_f32(uint16_t half) {
  const uint32_t sign = (half & 0x8000U) << 16;
  const uint32_t exponent = (half >> 10) & 0x1FU;
  const uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0x1F) {
    const uint32_t quiet = mantissa == 0 ? 0U : 0x400000U;
    return __builtin_bit_cast(float, sign | 0x7F800000U | quiet | (mantissa << 13));
  }
  if (exponent == 0) {
    // mantissa * 2^-24: every such product is exact in float.
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return __builtin_bit_cast(float, sign | __builtin_bit_cast(uint32_t, magnitude));
  }
  return __builtin_bit_cast(float, sign | ((exponent + 112U) << 23) | (mantissa << 13));
}

[[gnu::always_inline]] constexpr inline uint16_t f32_to_f16(float value) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, value);
  const uint32_t sign = (bits >> 16) & 0x8000U;
  const uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) {
    return static_cast<uint16_t>(sign | 0x7E00U | ((magnitude >> 13) & 0x3FFU));
  }
  // 65520 is halfway between the largest half and the next power of two: it rounds to infinity.
  if (magnitude >= 0x477FF000U) return static_cast<uint16_t>(sign | 0x7C00U);
  if (magnitude < 0x38800000U) {
    // Below 2^-14 the unit of a half is 2^-24. Adding 0.5 puts that unit at the last bit of the
    // float, so the addition itself rounds to nearest even.
    const float shifted = __builtin_bit_cast(float, magnitude) + 0.5F;
    return static_cast<uint16_t>(sign | (__builtin_bit_cast(uint32_t, shifted) - 0x3F000000U));
  }
  const uint32_t odd = (magnitude >> 13) & 1U;
  const uint32_t rounded = magnitude - 0x38000000U + 0xFFFU + odd;
  return static_cast<uint16_t>(sign | (rounded >> 13));
}

[[gnu::always_inline]] constexpr inline float bf16_to_f32(uint16_t value) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(value) << 16);
}

[[gnu::always_inline]] constexpr inline uint16_t f32_to_bf16(float value) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return static_cast<uint16_t>((bits >> 16) | 0x40U);
  return static_cast<uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

// 2^(exponent - 127): the scale byte of the OCP microscaling formats. 255 (NaN there) is 2^128,
// which no float holds: infinity.
[[gnu::always_inline]] constexpr inline float e8m0_to_f32(uint8_t exponent) {
  if (exponent == 0) return 0x1p-127F;
  return __builtin_bit_cast(float, static_cast<uint32_t>(exponent) << 23);
}

// Half of that, for value tables that are stored doubled; never a NaN or an infinity.
[[gnu::always_inline]] constexpr inline float e8m0_to_f32_half(uint8_t exponent) {
  if (exponent == 0) return 0x1p-128F;
  if (exponent == 1) return 0x1p-127F;
  return __builtin_bit_cast(float, (static_cast<uint32_t>(exponent) - 1U) << 23);
}

}  // namespace lar::quant

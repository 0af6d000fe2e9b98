#include "quant/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace lar::quant {
namespace {

// By the definition of the format, in double.
double half_value(uint16_t half) {
  const int exponent = (half >> 10) & 0x1F;
  const int mantissa = half & 0x3FF;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

bool is_nan_half(uint16_t half) {
  return (half & 0x7FFF) > 0x7C00;
}

TEST(Half, EveryHalfBecomesItsExactFloatAndBack) {
  for (unsigned i = 0; i < 0x10000; ++i) {
    const auto half = static_cast<uint16_t>(i);
    const float value = f16_to_f32(half);
    if (is_nan_half(half)) {
      ASSERT_TRUE(std::isnan(value)) << i;
      ASSERT_EQ(f32_to_f16(value), half | 0x200) << i;
      continue;
    }
    if ((half & 0x7FFF) == 0x7C00) {
      ASSERT_TRUE(std::isinf(value)) << i;
    } else {
      ASSERT_EQ(static_cast<double>(value), half_value(half)) << i;
    }
    ASSERT_EQ(std::signbit(value), i >= 0x8000) << i;
    ASSERT_EQ(f32_to_f16(value), half) << i;
  }
}

TEST(Half, RoundsToNearestEvenAtEveryMidpoint) {
  for (unsigned i = 0; i < 0x7C00; ++i) {
    const auto low = static_cast<uint16_t>(i);
    const auto high = static_cast<uint16_t>(i + 1);
    const double top = i == 0x7BFF ? 65536.0 : half_value(high);  // beyond the largest: infinity
    const auto middle = static_cast<float>((half_value(low) + top) / 2);
    const uint16_t even = i % 2 == 0 ? low : high;
    ASSERT_EQ(f32_to_f16(middle), even) << i;
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, 0.0F)), low) << i;
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, 1e9F)), high) << i;
    ASSERT_EQ(f32_to_f16(-middle), even | 0x8000) << i;
  }
}

TEST(Half, TinyAndHugeValuesGoToZeroAndInfinity) {
  EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(f32_to_f16(-std::numeric_limits<float>::denorm_min()), 0x8000);
  EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::max()), 0x7C00);
  EXPECT_EQ(f32_to_f16(-std::numeric_limits<float>::infinity()), 0xFC00);
}

TEST(BFloat16, KeepsTheUpperBitsAndRoundsToNearestEven) {
  for (unsigned i = 0; i < 0x10000; ++i) {
    const auto value = static_cast<uint16_t>(i);
    const float wide = bf16_to_f32(value);
    ASSERT_EQ(std::bit_cast<uint32_t>(wide), i << 16);
    const uint16_t back = f32_to_bf16(wide);
    ASSERT_EQ(back, std::isnan(wide) ? value | 0x40U : value) << i;
    if ((i & 0x7FFF) >= 0x7F80) continue;
    const uint32_t middle = (i << 16) | 0x8000;
    ASSERT_EQ(f32_to_bf16(std::bit_cast<float>(middle)), i + (i & 1)) << i;
    ASSERT_EQ(f32_to_bf16(std::bit_cast<float>(middle - 1)), i) << i;
    ASSERT_EQ(f32_to_bf16(std::bit_cast<float>(middle + 1)), i + 1) << i;
  }
}

TEST(BFloat16, ANanNeverBecomesAnInfinity) {
  EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(std::bit_cast<float>(0x7F800001U)))));
  EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(std::bit_cast<float>(0xFFFFFFFFU)))));
}

TEST(E8m0, IsAPowerOfTwo) {
  for (int i = 0; i < 256; ++i) {
    const auto exponent = static_cast<uint8_t>(i);
    if (i < 255) {
      EXPECT_EQ(e8m0_to_f32(exponent), std::ldexp(1.0F, i - 127)) << i;
    }
    EXPECT_EQ(e8m0_to_f32_half(exponent), std::ldexp(1.0F, i - 128)) << i;
  }
}

}  // namespace
}  // namespace lar::quant

#include "quant/formats/fit.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

#include "quant/codebooks.h"
#include "quant/formats/fit_values.h"
#include "quant/formats/nearest_value.h"

namespace lar::quant {
namespace {

std::array<float, 32> random_values(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::array<float, 32> values = {};
  for (float& value : values) value = normal(random);
  return values;
}

TEST(Fit, AffineFindsAnExactGrid) {
  std::array<float, 32> values = {};
  std::array<float, 32> weights = {};
  weights.fill(1);
  for (size_t i = 0; i < 32; ++i) values[i] = 0.5F * static_cast<float>(i % 16) - 3.0F;
  uint8_t numbers[32];
  const AffineFit fit = fit_affine(values, weights, {.level_max = 15}, numbers);
  EXPECT_FLOAT_EQ(fit.scale, 0.5F);
  EXPECT_FLOAT_EQ(fit.min_depth, 3.0F);
  for (size_t i = 0; i < 32; ++i) EXPECT_EQ(numbers[i], i % 16);
}

TEST(Fit, AffineOfEqualValuesHasNoScale) {
  std::array<float, 32> weights = {};
  weights.fill(1);
  uint8_t numbers[32];
  std::array<float, 32> values = {};
  EXPECT_EQ(fit_affine(values, weights, {}, numbers).scale, 0);
  values.fill(-2);
  const AffineFit low = fit_affine(values, weights, {}, numbers);
  EXPECT_EQ(low.scale, 0);
  EXPECT_EQ(low.min_depth, 2);
  values.fill(std::nanf(""));
  EXPECT_EQ(fit_affine(values, weights, {}, numbers).scale, 0);
}

TEST(Fit, SearchingIsNoWorseThanTheFirstScale) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const auto values = random_values(seed);
    std::array<float, 32> weights = {};
    weights.fill(1);
    const auto error = [&](const AffineSearch& search) {
      uint8_t numbers[32];
      const AffineFit fit = fit_affine(values, weights, search, numbers);
      float sum = 0;
      for (size_t i = 0; i < 32; ++i) {
        const float back = fit.scale * static_cast<float>(numbers[i]) - fit.min_depth;
        sum += (back - values[i]) * (back - values[i]);
      }
      return sum;
    };
    EXPECT_LE(error({.level_max = 15, .last = 20}), error({.level_max = 15, .last = -1}) * 1.0001F);
  }
}

TEST(Fit, SymmetricFindsAnExactGrid) {
  std::array<float, 16> values = {};
  for (size_t i = 0; i < 16; ++i) values[i] = 0.25F * (static_cast<float>(i % 8) - 4.0F);
  for (const bool descent : {false, true}) {
    uint8_t numbers[16];
    const float scale =
        descent ? fit_symmetric_descent(values, 4, numbers) : fit_symmetric(values, 4, numbers);
    EXPECT_FLOAT_EQ(scale, 0.25F);
    for (size_t i = 0; i < 16; ++i) EXPECT_EQ(numbers[i], i % 8);
  }
}

TEST(Fit, SymmetricOfTinyValuesIsZero) {
  std::array<float, 16> values = {};
  values.fill(1e-16F);
  uint8_t numbers[16];
  EXPECT_EQ(fit_symmetric(values, 32, numbers), 0);
  EXPECT_EQ(fit_symmetric_descent(values, 4, numbers), 0);
}

TEST(Fit, ValuesFindTheScaleOfTheirTable) {
  float values[32];
  for (size_t i = 0; i < 32; ++i) values[i] = 0.01F * static_cast<float>(kIq4nlValues[i % 16]);
  EXPECT_NEAR(fit_values(kIq4nlValues, values), 0.01F, 1e-7F);
}

TEST(NearestValue, IsTheNearest) {
  for (float number = -140; number < 140; number += 0.25F) {
    const float found =
        std::fabs(number - static_cast<float>(kIq4nlValues[nearest_value(kIq4nlValues, number)]));
    for (const int8_t value : kIq4nlValues) {
      EXPECT_LE(found, std::fabs(number - static_cast<float>(value))) << number;
    }
  }
  EXPECT_EQ(nearest_value(kIq4nlValues, std::nanf("")), 0);
  EXPECT_EQ(nearest_value(kIq4nlValues, 7.0F), 9) << "7 is as near to 1 as to 13";
}

}  // namespace
}  // namespace lar::quant

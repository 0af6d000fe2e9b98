#include "quant/formats/fit.h"

#include <cmath>

#include "quant/formats/extremes.h"
#include "quant/formats/round.h"

namespace lar::quant {
namespace {

// A group whose largest magnitude is below counts as all zero.
constexpr float kTiny = 1e-15F;

constexpr size_t kGroupMax = 32;

float affine_error(std::span<const float> values,
                   std::span<const float> weights,
                   const uint8_t* numbers,
                   float scale,
                   float min,
                   ErrorMeasure measure) {
  float error = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const float difference = scale * static_cast<float>(numbers[i]) + min - values[i];
    error += weights[i] *
             (measure == ErrorMeasure::kAbsolute ? std::fabs(difference) : difference * difference);
  }
  return error;
}

void round_all(std::span<const float> values,
               float inverse_scale,
               float min,
               int level_max,
               uint8_t* numbers) {
  for (size_t i = 0; i < values.size(); ++i) {
    numbers[i] =
        static_cast<uint8_t>(round_even_to(inverse_scale * (values[i] - min), 0, level_max));
  }
}

// The sums of weighted regression of the values on the numbers.
struct Sums {
  float number = 0;
  float number_squared = 0;
  float product = 0;
};

Sums sums_of(std::span<const float> values,
             std::span<const float> weights,
             const uint8_t* numbers) {
  Sums sums;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto number = static_cast<float>(numbers[i]);
    sums.number += weights[i] * number;
    sums.number_squared += weights[i] * number * number;
    sums.product += weights[i] * number * values[i];
  }
  return sums;
}

struct SymmetricSums {
  float product = 0;
  float squared = 0;

  float scale() const { return squared != 0 ? product / squared : 0.0F; }
};

// Rounds the values to signed numbers in [-level, level) and sums, with weights x^2.
SymmetricSums round_symmetric(std::span<const float> values,
                              float inverse_scale,
                              int level,
                              int* signed_numbers) {
  SymmetricSums sums;
  for (size_t i = 0; i < values.size(); ++i) {
    const int number = round_even_to(inverse_scale * values[i], -level, level - 1);
    const float weight = values[i] * values[i];
    sums.product += weight * values[i] * static_cast<float>(number);
    sums.squared += weight * static_cast<float>(number) * static_cast<float>(number);
    signed_numbers[i] = number;
  }
  return sums;
}

void store_symmetric(const int* signed_numbers, size_t count, int level, uint8_t* numbers) {
  for (size_t i = 0; i < count; ++i) {
    numbers[i] = static_cast<uint8_t>(signed_numbers[i] + level);
  }
}

float all_zero(size_t count, uint8_t* numbers) {
  for (size_t i = 0; i < count; ++i) numbers[i] = 0;
  return 0;
}

}  // namespace

AffineFit fit_affine(std::span<const float> values,
                     std::span<const float> weights,
                     const AffineSearch& search,
                     uint8_t* numbers) {
  auto [min, max] = extremes(values.data(), values.size());
  float weight_sum = 0;
  float value_sum = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    weight_sum += weights[i];
    value_sum += weights[i] * values[i];
  }
  if (min > 0) min = 0;
  if (!(max > min)) return {all_zero(values.size(), numbers), -min};

  const auto levels = static_cast<float>(search.level_max);
  float inverse_scale = levels / (max - min);
  float scale = 1.0F / inverse_scale;
  round_all(values, inverse_scale, min, search.level_max, numbers);
  float best = affine_error(values, weights, numbers, scale, min, search.measure);
  for (int i = 0; i <= search.last; ++i) {
    inverse_scale = (search.first + 0.1F * static_cast<float>(i) + levels) / (max - min);
    uint8_t candidate[kGroupMax];
    round_all(values, inverse_scale, min, search.level_max, candidate);
    const Sums sums = sums_of(values, weights, candidate);
    const float determinant = weight_sum * sums.number_squared - sums.number * sums.number;
    if (!(determinant > 0)) continue;
    float fitted = (weight_sum * sums.product - value_sum * sums.number) / determinant;
    float fitted_min = (sums.number_squared * value_sum - sums.number * sums.product) / determinant;
    if (fitted_min > 0) {
      fitted_min = 0;
      fitted = sums.product / sums.number_squared;
    }
    const float error =
        affine_error(values, weights, candidate, fitted, fitted_min, search.measure);
    if (error < best) {
      best = error;
      scale = fitted;
      min = fitted_min;  // the next candidates count from here
      for (size_t k = 0; k < values.size(); ++k) numbers[k] = candidate[k];
    }
  }
  return {scale, -min};
}

void round_group(
    std::span<const float> values, float scale, float min_depth, int level_max, uint8_t* numbers) {
  if (scale == 0) return;
  for (size_t i = 0; i < values.size(); ++i) {
    numbers[i] = static_cast<uint8_t>(round_even_to((values[i] + min_depth) / scale, 0, level_max));
  }
}

float fit_symmetric(std::span<const float> values, int level, uint8_t* numbers) {
  const float largest = largest_signed(values.data(), values.size());
  if (!(std::fabs(largest) >= kTiny)) return all_zero(values.size(), numbers);
  const auto levels = static_cast<float>(level);
  int candidate[kGroupMax];
  const SymmetricSums start = round_symmetric(values, -levels / largest, level, candidate);
  store_symmetric(candidate, values.size(), level, numbers);
  float scale = start.scale();
  float best = scale * start.product;
  for (int i = -9; i <= 9; ++i) {
    if (i == 0) continue;
    const float inverse_scale = -(levels + 0.1F * static_cast<float>(i)) / largest;
    const SymmetricSums sums = round_symmetric(values, inverse_scale, level, candidate);
    if (sums.squared > 0 && sums.product * sums.product > best * sums.squared) {
      store_symmetric(candidate, values.size(), level, numbers);
      scale = sums.product / sums.squared;
      best = scale * sums.product;
    }
  }
  return scale;
}

float fit_symmetric_descent(std::span<const float> values, int level, uint8_t* numbers) {
  const float largest = largest_signed(values.data(), values.size());
  if (!(std::fabs(largest) >= kTiny)) return all_zero(values.size(), numbers);
  int current[kGroupMax];
  SymmetricSums sums =
      round_symmetric(values, -static_cast<float>(level) / largest, level, current);
  bool changed = true;
  for (int round = 0; round < 5 && changed; ++round) {
    changed = false;
    for (size_t i = 0; i < values.size(); ++i) {
      const float weight = values[i] * values[i];
      const auto number = static_cast<float>(current[i]);
      SymmetricSums others = {sums.product - weight * values[i] * number,
                              sums.squared - weight * number * number};
      if (!(others.product > 0)) continue;
      const int moved =
          round_even_to(values[i] * others.squared / others.product, -level, level - 1);
      if (moved == current[i]) continue;
      others.product += weight * values[i] * static_cast<float>(moved);
      others.squared += weight * static_cast<float>(moved) * static_cast<float>(moved);
      if (others.squared > 0 && others.product * others.product * sums.squared >
                                    sums.product * sums.product * others.squared) {
        current[i] = moved;
        sums = others;
        changed = true;
      }
    }
  }
  store_symmetric(current, values.size(), level, numbers);
  return sums.squared > 0 ? sums.product / sums.squared : 0.0F;
}

}  // namespace lar::quant

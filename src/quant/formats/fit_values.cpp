#include "quant/formats/fit_values.h"

#include <cmath>

#include "quant/formats/extremes.h"
#include "quant/formats/nearest_value.h"

namespace lar::quant {
namespace {

constexpr float kTiny = 1e-15F;
constexpr int kReach = 7;

struct Sums {
  float product = 0;
  float squared = 0;
};

Sums sums_of(const int8_t (&values)[16], const float* in, float inverse_scale) {
  Sums sums;
  for (int i = 0; i < 32; ++i) {
    const float weight = in[i] * in[i];
    const auto value = static_cast<float>(values[nearest_value(values, inverse_scale * in[i])]);
    sums.product += weight * value * in[i];
    sums.squared += weight * value * value;
  }
  return sums;
}

}  // namespace

float fit_values(const int8_t (&values)[16], const float* in) {
  const float largest = largest_signed(in, 32);
  if (!(std::fabs(largest) >= kTiny)) return 0;
  const Sums start = sums_of(values, in, 1.0F / (-largest / static_cast<float>(values[0])));
  float scale = start.squared > 0 ? start.product / start.squared : 0.0F;
  float best = scale * start.product;
  for (int i = -kReach; i <= kReach; ++i) {
    const Sums sums = sums_of(values, in, static_cast<float>(i + values[0]) / largest);
    if (sums.squared > 0 && sums.product * sums.product > best * sums.squared) {
      scale = sums.product / sums.squared;
      best = scale * sums.product;
    }
  }
  return scale;
}

}  // namespace lar::quant

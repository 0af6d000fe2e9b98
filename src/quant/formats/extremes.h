// What the simple encoders derive a block's scale from.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstddef>

namespace lar::quant {

// The value of largest magnitude with its sign; the first of equals. NaNs do not count.
inline float largest_signed(const float* values, size_t count) {
  float largest = 0;
  for (size_t i = 0; i < count; ++i) {
    if (std::fabs(values[i]) > std::fabs(largest)) largest = values[i];
  }
  return largest;
}

// The largest of the values and zero.
inline float largest_from_zero(const float* values, size_t count) {
  float largest = 0;
  for (size_t i = 0; i < count; ++i) {
    if (values[i] > largest) largest = values[i];
  }
  return largest;
}

struct Extremes {
  float min = FLT_MAX;
  float max = -FLT_MAX;
};

inline Extremes extremes(const float* values, size_t count) {
  Extremes found;
  for (size_t i = 0; i < count; ++i) {
    if (values[i] < found.min) found.min = values[i];
    if (values[i] > found.max) found.max = values[i];
  }
  return found;
}

inline float reciprocal_or_zero(float value) {
  return value != 0 ? 1.0F / value : 0.0F;
}

}  // namespace lar::quant

// Floats to the small integers of a format: defined for every input, also infinities and NaN.
#pragma once

#include <cmath>

namespace lar::quant {

// value cut to [low, high], fraction dropped; NaN becomes low.
inline int truncate_to(float value, int low, int high) {
  if (!(value > static_cast<float>(low))) return low;
  if (value >= static_cast<float>(high)) return high;
  return static_cast<int>(value);
}

// value rounded to nearest, ties to even, and cut to [low, high] (at most 2^22 in magnitude).
inline int round_even_to(float value, int low, int high) {
  if (!(value > static_cast<float>(low))) return low;
  if (value >= static_cast<float>(high)) return high;
  // At 1.5 * 2^23 the unit of a float is one, so the addition rounds.
  constexpr float kUnitIsOne = 12582912.0F;
  return static_cast<int>((value + kUnitIsOne) - kUnitIsOne);
}

// value rounded to nearest, ties away from zero, and cut to [low, high].
inline int round_away_to(float value, int low, int high) {
  if (!(value > static_cast<float>(low))) return low;
  if (value >= static_cast<float>(high)) return high;
  return static_cast<int>(std::round(value));
}

}  // namespace lar::quant

// The index of the value of an ascending table of 16 that is nearest to a number; of two equally
// near the larger value. NaN gives index 0.
#pragma once

#include <cstdint>

namespace lar::quant {

inline uint8_t nearest_value(const int8_t (&values)[16], float number) {
  if (!(number > static_cast<float>(values[0]))) return 0;
  uint8_t above = 1;
  while (above < 15 && number >= static_cast<float>(values[above])) ++above;
  const float below_distance = number - static_cast<float>(values[above - 1]);
  const float above_distance = static_cast<float>(values[above]) - number;
  return static_cast<uint8_t>(below_distance < above_distance ? above - 1 : above);
}

}  // namespace lar::quant

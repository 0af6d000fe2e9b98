#include "sampling/scan.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace lar::sampling {

namespace {
// Independent partial results: without them the order of a float reduction forbids vectors.
constexpr size_t kLanes = 16;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
}  // namespace

RowScan scan_row(std::span<const float> logits) {
  std::array<float, kLanes> max;
  std::array<uint32_t, kLanes> invalid{};
  max.fill(-kInfinity);
  const size_t whole = logits.size() - logits.size() % kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float value = logits[i + lane];
      max[lane] = value > max[lane] ? value : max[lane];
      invalid[lane] |= value < kInfinity ? 0U : 1U;
    }
  }
  for (size_t i = whole; i < logits.size(); ++i) {
    max[0] = logits[i] > max[0] ? logits[i] : max[0];
    invalid[0] |= logits[i] < kInfinity ? 0U : 1U;
  }
  RowScan result{.max = -kInfinity};
  for (size_t lane = 0; lane < kLanes; ++lane) {
    result.max = std::max(result.max, max[lane]);
    result.invalid = result.invalid || invalid[lane] != 0;
  }
  return result;
}

int32_t find_first(std::span<const float> logits, float value) {
  const size_t whole = logits.size() - logits.size() % kLanes;
  size_t i = 0;
  for (; i < whole; i += kLanes) {
    uint32_t found = 0;
    for (size_t lane = 0; lane < kLanes; ++lane) found |= logits[i + lane] == value ? 1U : 0U;
    if (found != 0) break;
  }
  for (; i < logits.size(); ++i) {
    if (logits[i] == value) return static_cast<int32_t>(i);
  }
  return -1;
}

}  // namespace lar::sampling

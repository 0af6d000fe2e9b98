#include "sampling/top_n_sigma.h"

#include <cmath>
#include <cstddef>
#include <limits>

#include "sampling/scan.h"

namespace lar::sampling {

void apply_top_n_sigma(std::span<float> logits, float n) {
  constexpr float kForbidden = -std::numeric_limits<float>::infinity();
  double sum = 0.0;
  size_t count = 0;
  for (const float logit : logits) {
    if (logit == kForbidden) continue;
    sum += static_cast<double>(logit);
    ++count;
  }
  if (count < 2) return;
  const double mean = sum / static_cast<double>(count);
  double squares = 0.0;
  for (const float logit : logits) {
    if (logit == kForbidden) continue;
    const double distance = static_cast<double>(logit) - mean;
    squares += distance * distance;
  }
  const double deviation = std::sqrt(squares / static_cast<double>(count));
  const auto bound = static_cast<double>(scan_row(logits).max) - static_cast<double>(n) * deviation;
  for (float& logit : logits) {
    if (static_cast<double>(logit) < bound) logit = kForbidden;
  }
}

}  // namespace lar::sampling

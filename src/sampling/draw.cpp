#include "sampling/draw.h"

namespace lar::sampling {

size_t draw(Candidates& candidates, Random& random) {
  softmax(candidates);
  const double target = random.uniform();
  double sum = 0.0;
  size_t last_possible = 0;
  for (size_t i = 0; i < candidates.items.size(); ++i) {
    const double p = static_cast<double>(candidates.items[i].p);
    if (p <= 0.0) continue;
    sum += p;
    if (sum > target) return i;
    last_possible = i;
  }
  return last_possible;  // rounding left the sum just below the target
}

size_t best(const Candidates& candidates) {
  size_t index = 0;
  for (size_t i = 1; i < candidates.items.size(); ++i) {
    if (precedes(candidates.items[i], candidates.items[index])) index = i;
  }
  return index;
}

}  // namespace lar::sampling

#include "sampling/typical.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lar::sampling {

void apply_typical(Candidates& candidates, float p) {
  if (p >= 1.0F) return;
  softmax(candidates);
  float entropy = 0.0F;
  for (const Candidate& candidate : candidates.items) {
    if (candidate.p > 0.0F) entropy -= candidate.p * std::log(candidate.p);
  }
  for (Candidate& candidate : candidates.items) {
    candidate.score = candidate.p > 0.0F ? std::abs(-std::log(candidate.p) - entropy)
                                         : std::numeric_limits<float>::infinity();
  }
  std::sort(candidates.items.begin(), candidates.items.end(),
            [](const Candidate& a, const Candidate& b) {
              return a.score < b.score || (a.score == b.score && precedes(a, b));
            });
  candidates.sorted = false;
  float sum = 0.0F;
  for (size_t i = 0; i < candidates.items.size(); ++i) {
    sum += candidates.items[i].p;
    if (sum > p) {
      candidates.keep(i + 1);
      break;
    }
  }
}

}  // namespace lar::sampling

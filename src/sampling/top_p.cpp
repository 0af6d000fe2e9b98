#include "sampling/top_p.h"

#include <algorithm>

namespace lar::sampling {

void apply_top_p(Candidates& candidates, float p) {
  if (p >= 1.0F) return;
  softmax(candidates);
  // The nucleus is small as a rule: order only as much of the front as it takes to reach p.
  size_t ordered = candidates.sorted ? candidates.items.size() : 0;
  float sum = 0.0F;
  for (size_t i = 0; i < candidates.items.size(); ++i) {
    if (i == ordered) {
      const size_t more = std::max<size_t>(256, ordered * 7);
      sort_front(candidates.items.subspan(ordered), more);
      ordered = std::min(ordered + more, candidates.items.size());
    }
    sum += candidates.items[i].p;
    if (sum >= p) {
      candidates.keep(i + 1);
      break;
    }
  }
  candidates.sorted = true;
}

}  // namespace lar::sampling

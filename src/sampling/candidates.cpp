#include "sampling/candidates.h"

#include <algorithm>
#include <cmath>

namespace lar::sampling {

bool precedes(const Candidate& a, const Candidate& b) {
  return a.logit > b.logit || (a.logit == b.logit && a.token < b.token);
}

void sort(Candidates& candidates) {
  if (candidates.sorted) return;
  std::sort(candidates.items.begin(), candidates.items.end(), precedes);
  candidates.sorted = true;
}

void sort_front(std::span<Candidate> items, size_t count) {
  const auto middle = items.begin() + static_cast<std::ptrdiff_t>(std::min(count, items.size()));
  if (middle != items.end()) std::nth_element(items.begin(), middle, items.end(), precedes);
  std::sort(items.begin(), middle, precedes);
}

void keep_best(Candidates& candidates, size_t count) {
  count = std::min(count, candidates.items.size());
  if (!candidates.sorted) sort_front(candidates.items, count);
  candidates.keep(count);
  candidates.sorted = true;
}

float max_logit(const Candidates& candidates) {
  float max = candidates.items.front().logit;
  if (candidates.sorted) return max;
  for (const Candidate& candidate : candidates.items) max = std::max(max, candidate.logit);
  return max;
}

void softmax(Candidates& candidates) {
  const float max = max_logit(candidates);
  double sum = 0.0;
  for (Candidate& candidate : candidates.items) {
    candidate.p = std::exp(candidate.logit - max);
    sum += static_cast<double>(candidate.p);
  }
  const float scale = static_cast<float>(1.0 / sum);
  for (Candidate& candidate : candidates.items) candidate.p *= scale;
}

}  // namespace lar::sampling

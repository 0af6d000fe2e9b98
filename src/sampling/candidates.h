// The tokens that are still possible, on their way through the stages. A stage narrows the span or
// changes logits; the order of equal logits is by token id, so every result is deterministic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lar::sampling {

struct Candidate {
  float logit = 0.0F;
  int32_t token = 0;
  float p = 0.0F;      // set by softmax
  float score = 0.0F;  // scratch of a stage
};

// Never empty once built. Borrows the storage of a Workspace.
struct Candidates {
  std::span<Candidate> items;
  bool sorted = false;  // best first

  void keep(size_t count) { items = items.first(count); }
};

// The order of `sorted`.
bool precedes(const Candidate& a, const Candidate& b);

void sort(Candidates& candidates);

// Puts the best `count` in front, in order, and leaves the rest in any order.
void sort_front(std::span<Candidate> items, size_t count);

// Narrows to the best `count` in order (1 <= count).
void keep_best(Candidates& candidates, size_t count);

float max_logit(const Candidates& candidates);

// Sets p of each; they sum to 1.
void softmax(Candidates& candidates);

}  // namespace lar::sampling

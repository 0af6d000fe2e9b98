// Candidates from plain numbers, and back.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sampling/candidates.h"

namespace lar::sampling::test {

// Token i has the i-th probability; the logits are their logarithms, moved by 1.5.
struct Set {
  explicit Set(const std::vector<float>& probabilities) {
    for (const float p : probabilities) {
      storage.push_back(
          {.logit = std::log(p) + 1.5F, .token = static_cast<int32_t>(storage.size())});
    }
    candidates.items = storage;
  }

  std::vector<int32_t> tokens() const {
    std::vector<int32_t> result;
    for (const Candidate& candidate : candidates.items) result.push_back(candidate.token);
    return result;
  }

  std::vector<Candidate> storage;
  Candidates candidates;
};

using Tokens = std::vector<int32_t>;

}  // namespace lar::sampling::test

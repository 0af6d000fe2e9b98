// Constrained output as the sampler sees it: which tokens may come next.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace lar::sampling {

class TokenMask {
 public:
  virtual ~TokenMask() = default;

  // Sets the logits of forbidden tokens to -infinity and leaves the others. An error ends the
  // sequence with it.
  virtual Result<void> apply(std::span<float> logits) = 0;

  // Told of every generated token, in order; never of the prompt.
  virtual void accept(int32_t token) = 0;
};

}  // namespace lar::sampling

// What is done to a pooled vector before it is given away.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace lar::runtime {

// Scales to length 1. A shorter vector than 1e-12 is scaled as if it were that long, so that zeros
// stay zeros.
void normalize(std::vector<float>& vector);

struct VectorForm {
  bool normalize = true;
  uint32_t dimensions = 0;  // keep the first so many; 0, or more than there are: all
};

// Cuts and normalizes (before the cut and after it). Errors: invalid_argument, as Ollama says it,
// for a vector that is not finite.
Result<void> finish_vector(std::vector<float>& vector, const VectorForm& form);

}  // namespace lar::runtime

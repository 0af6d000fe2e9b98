#include "runtime/embedding_vector.h"

#include <algorithm>
#include <cmath>

namespace lar::runtime {

void normalize(std::vector<float>& vector) {
  constexpr double kShortest = 1e-12;
  double squares = 0.0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  const double factor = 1.0 / std::max(std::sqrt(squares), kShortest);
  for (float& value : vector) value = static_cast<float>(value * factor);
}

Result<void> finish_vector(std::vector<float>& vector, const VectorForm& form) {
  if (!std::ranges::all_of(vector, [](float value) { return std::isfinite(value); })) {
    return fail(Code::kInvalidArgument, "embedding contains NaN or Inf values");
  }
  if (form.normalize) normalize(vector);
  if (form.dimensions > 0 && form.dimensions < vector.size()) {
    vector.resize(form.dimensions);
    if (form.normalize) normalize(vector);
  }
  return {};
}

}  // namespace lar::runtime

#include "backend/cpu/ops/ops.h"
#include "quant/traits.h"

namespace lar::backend {

Result<const float*> Constants::vector(program::WeightId id) {
  if (id == program::kNone) return nullptr;
  const TensorView& view = program_.weights[static_cast<size_t>(id)];
  const quant::Traits& traits = quant::traits(view.dtype);
  if (traits.decode == nullptr) {
    return fail(Code::kUnsupported, "tensor '" + view.name + "' has type " +
                                        std::string(traits.name) +
                                        ", which cannot be computed with");
  }
  const size_t count = view.shape.elements();
  auto& vector = vectors_.emplace_back(std::make_unique<float[]>(count));
  traits.decode(view.bytes.data(), vector.get(), count);
  bytes_ += count * sizeof(float);
  return vector.get();
}

}  // namespace lar::backend

#include "runtime/cost.h"

#include "quant/traits.h"

namespace lar::runtime {

StepCost cost_of(const program::Program& program, DType kv_type) {
  StepCost cost;
  const auto weight = [&](program::WeightId id) -> const TensorView& {
    return program.weights[static_cast<size_t>(id)];
  };
  for (const program::Op& op : program.ops) {
    if (const auto* matmul = std::get_if<program::MatMul>(&op)) {
      const TensorView& tensor = weight(matmul->weight);
      cost.weight_bytes += tensor.bytes.size();
      const bool is_output =
          program.values[static_cast<size_t>(matmul->in)].rows == program::Rows::kOutputs;
      if (is_output) cost.head_bytes += tensor.bytes.size();
      (is_output ? cost.ops_per_output : cost.ops_per_token) += 2 * tensor.shape.elements();
    } else if (const auto* experts = std::get_if<program::ExpertMatMul>(&op)) {
      const TensorView& tensor = weight(experts->weight);
      const uint64_t all = tensor.shape.dims[2];
      cost.weight_bytes += tensor.bytes.size() * experts->used / all;
      cost.ops_per_token += 2 * tensor.shape.elements() * experts->used / all;
    }
  }
  const quant::Traits& kv = quant::traits(kv_type);
  for (const program::KvLayer& layer : program.kv_layers) {
    const uint64_t elements = uint64_t{layer.kv_heads} * (layer.head_dim_k + layer.head_dim_v);
    cost.kv_bytes_per_position += elements * kv.block_bytes / kv.block_elements;
  }
  return cost;
}

}  // namespace lar::runtime

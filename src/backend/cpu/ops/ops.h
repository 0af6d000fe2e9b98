// The compiled ops of the CPU backend, one file each. `make_*` resolves kernels and constants;
// it fails where no kernel reads a weight's type.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "backend/cpu/step.h"
#include "base/cpu.h"
#include "kernels/attention/attention.h"
#include "kernels/matmul/matmul.h"
#include "kernels/vec/vec.h"
#include "program/program.h"

namespace lar::backend {

// Vectors (norm weights, biases) as aligned floats, whatever type the file has.
class Constants {
 public:
  explicit Constants(const program::Program& program) : program_(program) {}
  // nullptr for kNone. The pointer lives as long as this object.
  Result<const float*> vector(program::WeightId id);
  uint64_t bytes() const { return bytes_; }

 private:
  const program::Program& program_;
  std::vector<std::unique_ptr<float[]>> vectors_;
  uint64_t bytes_ = 0;
};

// What every make_* needs. Borrowed for the time of the call.
struct Lowering {
  const program::Program& program;
  IsaSet isas;
  int workers = 1;
  const kernels::VecKernels& vec;
  Constants& constants;

  // Errors: unsupported, naming the tensor and its type.
  Result<const kernels::MatmulKernel*> matmul_kernel(const TensorView& weight) const;
};

using OpPtr = std::unique_ptr<CpuOp>;

Result<OpPtr> make_embed(const Lowering& lowering, const program::Embed& op);
Result<OpPtr> make_position_embed(const Lowering& lowering, const program::PositionEmbed& op);
Result<OpPtr> make_type_embed(const Lowering& lowering, const program::TypeEmbed& op);
Result<OpPtr> make_norm(const Lowering& lowering, const program::Norm& op);
Result<OpPtr> make_glu(const Lowering& lowering, const program::Glu& op);
Result<OpPtr> make_activate(const Lowering& lowering, const program::Activate& op);
Result<OpPtr> make_add(const Lowering& lowering, const program::Add& op);
Result<OpPtr> make_rope(const Lowering& lowering, const program::Rope& op);
Result<OpPtr> make_select_outputs(const Lowering& lowering, const program::SelectOutputs& op);
Result<OpPtr> make_route(const Lowering& lowering, const program::Route& op);
Result<OpPtr> make_expert_matmul(const Lowering& lowering, const program::ExpertMatMul& op);
Result<OpPtr> make_expert_sum(const Lowering& lowering, const program::ExpertSum& op);

// Matrices that read one input, with what may be done to the rows a worker has just made.
struct LinearSpec {
  std::optional<program::Norm> norm;  // of the input, first
  std::vector<program::MatMul> parts;
  std::optional<program::Glu> glu;            // of parts 0 (gate) and 1 (up)
  std::optional<program::Activate> activate;  // of part 0
  std::optional<program::Add> add;            // to part 0
};
Result<OpPtr> make_linear(const Lowering& lowering, const LinearSpec& spec);

// Attention with what is done to each head of q and k before it.
struct AttentionSpec {
  std::optional<program::Norm> q_norm;
  std::optional<program::Norm> k_norm;
  std::optional<program::Rope> q_rope;
  std::optional<program::Rope> k_rope;
  program::ValueId q = program::kNone;  // as the linear op wrote them, before the norms
  program::ValueId k = program::kNone;
  program::Attention attention;
};
Result<OpPtr> make_attention(const Lowering& lowering,
                             const AttentionSpec& spec,
                             const kernels::AttentionKernel& kernel,
                             const kernels::KvLayerView& cache);

}  // namespace lar::backend

#include "backend/cpu/lower.h"

#include <algorithm>
#include <string>

#include "quant/traits.h"

namespace lar::backend {

Result<const kernels::MatmulKernel*> Lowering::matmul_kernel(const TensorView& weight) const {
  const auto* kernel = kernels::choose_matmul(weight.dtype, weight.shape.cols(), isas);
  if (kernel == nullptr) {
    return fail(Code::kUnsupported, "tensor '" + weight.name + "' has type " +
                                        std::string(quant::traits(weight.dtype).name) +
                                        ", which the CPU backend cannot multiply with");
  }
  return kernel;
}

namespace {

using program::Op;
using program::ValueId;

class Lowerer {
 public:
  Lowerer(const Lowering& lowering,
          const kernels::AttentionKernel& attention,
          const std::vector<kernels::KvLayerView>& kv_layers)
      : lowering_(lowering),
        ops_(lowering.program.ops),
        attention_(attention),
        kv_layers_(kv_layers),
        uses_(lowering.program.values.size(), 0) {
    for (const Op& op : ops_) {
      for (const ValueId id : op_inputs(op)) ++uses_[static_cast<size_t>(id)];
    }
    // What the engine reads after the step must not vanish into a fused op.
    ++uses_[static_cast<size_t>(lowering.program.hidden)];
    if (lowering.program.logits != program::kNone) {
      ++uses_[static_cast<size_t>(lowering.program.logits)];
    }
  }

  Result<std::vector<OpPtr>> run() {
    while (next_ < ops_.size()) {
      LAR_TRY(auto op, lower_next());
      result_.push_back(std::move(op));
    }
    return std::move(result_);
  }

 private:
  template <class T>
  const T* peek(size_t ahead = 0) const {
    return next_ + ahead < ops_.size() ? std::get_if<T>(&ops_[next_ + ahead]) : nullptr;
  }
  int uses(ValueId id) const { return uses_[static_cast<size_t>(id)]; }
  uint32_t cols(ValueId id) const { return lowering_.program.values[static_cast<size_t>(id)].cols; }

  Result<OpPtr> lower_next() {
    if (is_linear()) return linear();
    if (auto spec = attention()) {
      const kernels::KvLayerView& cache = kv_layers_[spec->attention.layer];
      return make_attention(lowering_, *spec, attention_, cache);
    }
    const Op& op = ops_[next_++];
    return std::visit([this](const auto& o) { return single(o); }, op);
  }

  // How many matrices from op `at` on read `in`.
  size_t matrices_of(size_t at, ValueId in) const {
    size_t count = 0;
    while (at + count < ops_.size()) {
      const auto* matmul = std::get_if<program::MatMul>(&ops_[at + count]);
      if (matmul == nullptr || matmul->in != in) break;
      ++count;
    }
    return count;
  }

  // A norm of whole rows is fused where nothing but the matrices that follow reads it.
  bool norm_fuses(const program::Norm& norm) const {
    const size_t readers = matrices_of(next_ + 1, norm.out);
    return norm.group == cols(norm.in) && readers > 0 &&
           static_cast<size_t>(uses(norm.out)) == readers;
  }

  bool is_linear() const {
    const auto* norm = peek<program::Norm>();
    return peek<program::MatMul>() != nullptr || (norm != nullptr && norm_fuses(*norm));
  }

  Result<OpPtr> linear() {
    LinearSpec spec;
    if (const auto* norm = peek<program::Norm>()) {
      spec.norm = *norm;
      ++next_;
    }
    const size_t count = matrices_of(next_, peek<program::MatMul>()->in);
    for (size_t i = 0; i < count; ++i) spec.parts.push_back(*peek<program::MatMul>(i));
    next_ += count;
    const ValueId first = spec.parts[0].out;
    const auto* glu = peek<program::Glu>();
    const auto* activate = peek<program::Activate>();
    const auto* add = peek<program::Add>();
    if (glu != nullptr && spec.parts.size() == 2 && glu->gate == first &&
        glu->up == spec.parts[1].out && uses(first) == 1 && uses(glu->up) == 1) {
      spec.glu = *glu;
      ++next_;
    } else if (activate != nullptr && spec.parts.size() == 1 && activate->in == first &&
               activate->activation == program::Activation::kGelu && uses(first) == 1) {
      spec.activate = *activate;
      spec.parts[0].out = activate->out;
      ++next_;
    } else if (add != nullptr && spec.parts.size() == 1 && uses(first) == 1 &&
               (add->a == first) != (add->b == first)) {
      spec.add = *add;
      ++next_;
    }
    return make_linear(lowering_, spec);
  }

  // [norm q] [norm k] [rope q] [rope k] attention, with any of the first four missing.
  std::optional<AttentionSpec> attention() {
    AttentionSpec spec;
    size_t ahead = 0;
    while (peek<program::Norm>(ahead) != nullptr || peek<program::Rope>(ahead) != nullptr) ++ahead;
    const auto* op = peek<program::Attention>(ahead);
    if (op == nullptr) return std::nullopt;
    spec.attention = *op;
    spec.q = op->q;
    spec.k = op->k;
    const uint32_t head_dim = kv_layers_[op->layer].head_dim_k;
    for (size_t i = 0; i < ahead; ++i) {
      if (const auto* rope = peek<program::Rope>(i)) {
        if (rope->head_dim != head_dim) return std::nullopt;
        if (rope->value == op->q && !spec.q_rope) {
          spec.q_rope = *rope;
        } else if (rope->value == op->k && !spec.k_rope) {
          spec.k_rope = *rope;
        } else {
          return std::nullopt;
        }
        continue;
      }
      const auto* norm = peek<program::Norm>(i);
      const bool plain = norm->kind == program::NormKind::kRms && norm->bias == program::kNone &&
                         norm->group == head_dim && uses(norm->in) == 1;
      if (plain && norm->out == op->q && !spec.q_norm && !spec.q_rope) {
        spec.q_norm = *norm;
        spec.q = norm->in;
      } else if (plain && norm->out == op->k && !spec.k_norm && !spec.k_rope) {
        spec.k_norm = *norm;
        spec.k = norm->in;
      } else {
        return std::nullopt;
      }
    }
    next_ += ahead + 1;
    return spec;
  }

  Result<OpPtr> single(const program::Embed& op) { return make_embed(lowering_, op); }
  Result<OpPtr> single(const program::PositionEmbed& op) {
    return make_position_embed(lowering_, op);
  }
  Result<OpPtr> single(const program::TypeEmbed& op) { return make_type_embed(lowering_, op); }
  Result<OpPtr> single(const program::Norm& op) { return make_norm(lowering_, op); }
  Result<OpPtr> single(const program::Glu& op) { return make_glu(lowering_, op); }
  Result<OpPtr> single(const program::Activate& op) { return make_activate(lowering_, op); }
  Result<OpPtr> single(const program::Add& op) { return make_add(lowering_, op); }
  Result<OpPtr> single(const program::Rope& op) { return make_rope(lowering_, op); }
  Result<OpPtr> single(const program::SelectOutputs& op) {
    return make_select_outputs(lowering_, op);
  }
  Result<OpPtr> single(const program::Route& op) { return make_route(lowering_, op); }
  Result<OpPtr> single(const program::ExpertMatMul& op) {
    return make_expert_matmul(lowering_, op);
  }
  Result<OpPtr> single(const program::ExpertSum& op) { return make_expert_sum(lowering_, op); }
  // linear() and attention() have taken these.
  Result<OpPtr> single(const program::MatMul&) {
    return fail(Code::kInternal, "a matrix was not lowered");
  }
  Result<OpPtr> single(const program::Attention&) {
    return fail(Code::kInternal, "attention was not lowered");
  }

  const Lowering& lowering_;
  const std::vector<Op>& ops_;
  const kernels::AttentionKernel& attention_;
  const std::vector<kernels::KvLayerView>& kv_layers_;
  std::vector<int> uses_;  // readers of each value
  size_t next_ = 0;
  std::vector<OpPtr> result_;
};

}  // namespace

Result<std::vector<OpPtr>> lower(const Lowering& lowering,
                                 const kernels::AttentionKernel& attention,
                                 const std::vector<kernels::KvLayerView>& kv_layers) {
  return Lowerer(lowering, attention, kv_layers).run();
}

}  // namespace lar::backend

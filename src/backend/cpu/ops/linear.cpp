// Matrices that share one input: norm and packing once, then each worker makes its own rows of
// every part and finishes them (bias, GLU, residual) while they are in its cache.
#include <algorithm>
#include <numeric>

#include "backend/cpu/memory.h"
#include "backend/cpu/ops/ops.h"
#include "kernels/matmul/matmul.h"
#include "quant/traits.h"

namespace lar::backend {
namespace {

using program::ValueId;

// Up to this many tokens every worker norms and packs the whole input for itself: cheaper than the
// barrier that sharing needs.
constexpr uint32_t kPrivatePackTokens = 4;

// Tokens that are normed and then packed while they are in the cache.
constexpr size_t kPieceTokens = 8;

struct Part {
  const kernels::MatmulKernel* kernel = nullptr;
  const std::byte* weights = nullptr;
  size_t row_bytes = 0;
  size_t rows = 0;
  const float* bias = nullptr;
  float scale = 1.0F;
  bool scales_bias = false;
  ValueId out = program::kNone;
};

// The norm of the input, if the op has one.
struct InputNorm {
  program::Norm norm;
  const float* weight = nullptr;
  const float* bias = nullptr;
};

class LinearOp final : public CpuOp {
 public:
  LinearOp(const LinearSpec& spec,
           std::vector<Part> parts,
           std::optional<InputNorm> norm,
           const Lowering& lowering)
      : parts_(std::move(parts)),
        norm_(norm),
        glu_(spec.glu),
        gelu_(spec.activate.has_value()),
        in_(norm ? norm->norm.in : spec.parts[0].in),
        cols_(lowering.program.values[static_cast<size_t>(in_)].cols),
        of_outputs_(lowering.program.values[static_cast<size_t>(in_)].rows ==
                    program::Rows::kOutputs),
        workers_(lowering.workers),
        vec_(lowering.vec) {
    if (spec.add) residual_ = spec.add->a == spec.parts[0].out ? spec.add->b : spec.add->a;
    if (spec.add) parts_[0].out = spec.add->out;
    for (const Part& part : parts_) {
      if (packing_of(part) == packings_.size()) packings_.push_back(part.kernel);
      row_grain_ = std::lcm(row_grain_, int64_t{part.kernel->row_grain});
      token_grain_ = std::lcm(token_grain_, size_t{part.kernel->token_grain});
    }
    piece_ = std::lcm(token_grain_, kPieceTokens);
  }

  void run(const Step& step, const Worker& worker) override {
    const uint32_t tokens = step.rows(in_);
    if (tokens == 0) return;
    std::byte* packed =
        is_private(tokens) ? worker.scratch + kernel_scratch_bytes() : step.shared_scratch;
    auto* normed = reinterpret_cast<float*>(packed + packed_bytes(tokens));
    if (is_private(tokens)) {
      pack(step, normed, packed, tokens, {0, tokens});
    } else {
      pack(step, normed, packed, tokens,
           split_range(tokens, worker.index, worker.count, static_cast<int64_t>(token_grain_)));
      worker.barrier->wait(worker.index);
    }
    for (const Part& part : parts_) multiply(step, worker, part, packed, tokens, worker.scratch);
    finish(step, worker, tokens);
  }

  std::vector<ValueId> reads() const override {
    std::vector<ValueId> ids = {in_};
    if (residual_ != program::kNone) ids.push_back(residual_);
    return ids;
  }
  std::vector<ValueId> writes() const override {
    std::vector<ValueId> ids;
    for (const Part& part : parts_) ids.push_back(part.out);
    if (glu_) ids.push_back(glu_->out);
    return ids;
  }
  size_t shared_scratch_bytes(const StepLimits& limits) const override {
    return workers_ == 1 ? 0 : input_bytes(limit(limits));
  }
  size_t worker_scratch_bytes(const StepLimits& limits) const override {
    return kernel_scratch_bytes() +
           input_bytes(workers_ == 1 ? limit(limits) : std::min(limit(limits), kPrivatePackTokens));
  }

 private:
  uint32_t limit(const StepLimits& limits) const {
    return of_outputs_ ? limits.outputs : limits.tokens;
  }
  bool is_private(uint32_t tokens) const { return workers_ == 1 || tokens <= kPrivatePackTokens; }
  size_t kernel_scratch_bytes() const {
    size_t bytes = 0;
    for (const Part& part : parts_) bytes = std::max(bytes, part.kernel->scratch_bytes(cols_));
    return align_up(bytes);
  }
  // The packed input and, behind it, the normed one.
  size_t input_bytes(uint32_t tokens) const {
    return packed_bytes(tokens) + (norm_ ? align_up(tokens * cols_ * sizeof(float)) : 0);
  }
  size_t packed_bytes(uint32_t tokens) const {
    size_t bytes = 0;
    for (const auto* kernel : packings_) bytes += align_up(kernel->packed_bytes(tokens, cols_));
    return bytes;
  }

  // Index of the part's packing in packings_; the size of packings_ where it is new.
  size_t packing_of(const Part& part) const {
    const auto same = std::ranges::find_if(
        packings_, [&](const auto* kernel) { return kernel->packing == part.kernel->packing; });
    return static_cast<size_t>(same - packings_.begin());
  }

  void pack(
      const Step& step, float* normed, std::byte* packed, uint32_t tokens, Range range) const {
    const auto piece = static_cast<int64_t>(piece_);
    for (int64_t begin = range.begin; begin < range.end; begin += piece) {
      const auto first = static_cast<size_t>(begin);
      const auto last = static_cast<size_t>(std::min(begin + piece, range.end));
      const float* x = step.value(in_);
      if (norm_) {
        for (size_t t = first; t < last; ++t) normalize(x + t * cols_, normed + t * cols_);
        x = normed;
      }
      std::byte* part = packed;
      for (const auto* kernel : packings_) {
        kernel->pack({.x = x,
                      .x_stride = cols_,
                      .cols = cols_,
                      .tokens = tokens,
                      .token_begin = first,
                      .token_end = last,
                      .packed = part});
        part += align_up(kernel->packed_bytes(tokens, cols_));
      }
    }
  }

  void normalize(const float* in, float* out) const {
    if (norm_->norm.kind == program::NormKind::kRms) {
      vec_.rms_norm(in, norm_->weight, out, cols_, norm_->norm.eps);
      if (norm_->bias != nullptr) vec_.add(out, norm_->bias, out, cols_);
    } else {
      vec_.layer_norm(in, norm_->weight, norm_->bias, out, cols_, norm_->norm.eps);
    }
  }

  Range rows_of(const Part& part, const Worker& worker) const {
    return split_range(static_cast<int64_t>(part.rows), worker.index, worker.count, row_grain_);
  }

  void multiply(const Step& step,
                const Worker& worker,
                const Part& part,
                const std::byte* packed,
                uint32_t tokens,
                std::byte* scratch) const {
    const Range rows = rows_of(part, worker);
    if (rows.begin >= rows.end) return;
    for (size_t i = 0; i < packing_of(part); ++i) {
      packed += align_up(packings_[i]->packed_bytes(tokens, cols_));
    }
    float* out = step.value(part.out);
    part.kernel->run({.weights = part.weights,
                      .row_bytes = part.row_bytes,
                      .cols = cols_,
                      .packed = packed,
                      .tokens = tokens,
                      .out = out,
                      .out_stride = part.rows,
                      .row_begin = static_cast<size_t>(rows.begin),
                      .row_end = static_cast<size_t>(rows.end),
                      .scratch = scratch});
    if (part.scale == 1.0F && part.bias == nullptr) return;
    const auto count = static_cast<size_t>(rows.end - rows.begin);
    for (uint32_t t = 0; t < tokens; ++t) {
      float* row = out + t * part.rows + rows.begin;
      if (part.scale != 1.0F && !part.scales_bias) vec_.scale(row, count, part.scale);
      if (part.bias != nullptr) vec_.add(row, part.bias + rows.begin, row, count);
      if (part.scale != 1.0F && part.scales_bias) vec_.scale(row, count, part.scale);
    }
  }

  // What follows on the rows that this worker has made.
  void finish(const Step& step, const Worker& worker, uint32_t tokens) const {
    if (!glu_ && !gelu_ && residual_ == program::kNone) return;
    const Part& part = parts_[0];
    const Range rows = rows_of(part, worker);
    if (rows.begin >= rows.end) return;
    const auto count = static_cast<size_t>(rows.end - rows.begin);
    for (uint32_t t = 0; t < tokens; ++t) {
      const size_t offset = t * part.rows + static_cast<size_t>(rows.begin);
      float* row = step.value(part.out) + offset;
      if (glu_) {
        const auto kernel =
            glu_->activation == program::Activation::kSilu ? vec_.swiglu : vec_.geglu;
        kernel(row, step.value(parts_[1].out) + offset, step.value(glu_->out) + offset, count);
      }
      if (gelu_) vec_.gelu(row, row, count);
      if (residual_ != program::kNone) {
        vec_.add(row, step.value(residual_) + offset, row, count);
      }
    }
  }

  std::vector<Part> parts_;
  std::optional<InputNorm> norm_;
  std::optional<program::Glu> glu_;  // gate is part 0, up is part 1
  bool gelu_;                        // of part 0, in place
  ValueId in_;
  size_t cols_;
  bool of_outputs_;
  int workers_;
  const kernels::VecKernels& vec_;
  ValueId residual_ = program::kNone;                   // added to part 0
  std::vector<const kernels::MatmulKernel*> packings_;  // one a distinct packing
  int64_t row_grain_ = 1;
  size_t token_grain_ = 1;
  size_t piece_ = 1;
};

}  // namespace

Result<OpPtr> make_linear(const Lowering& lowering, const LinearSpec& spec) {
  std::optional<InputNorm> norm;
  if (spec.norm) {
    norm.emplace(InputNorm{.norm = *spec.norm});
    LAR_TRY(norm->weight, lowering.constants.vector(spec.norm->weight));
    LAR_TRY(norm->bias, lowering.constants.vector(spec.norm->bias));
  }
  std::vector<Part> parts;
  for (const program::MatMul& op : spec.parts) {
    const TensorView& weight = lowering.program.weights[static_cast<size_t>(op.weight)];
    LAR_TRY(const kernels::MatmulKernel* kernel, lowering.matmul_kernel(weight));
    Part part{.kernel = kernel,
              .weights = weight.bytes.data(),
              .row_bytes = *quant::row_bytes(quant::traits(weight.dtype), weight.shape.cols()),
              .rows = weight.shape.rows(),
              .scale = op.scale,
              .scales_bias = op.scales_bias,
              .out = op.out};
    LAR_TRY(part.bias, lowering.constants.vector(op.bias));
    parts.push_back(part);
  }
  return std::make_unique<LinearOp>(spec, std::move(parts), norm, lowering);
}

}  // namespace lar::backend

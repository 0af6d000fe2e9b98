// Mixture of experts: choosing them, multiplying by them, summing them up.
#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "backend/cpu/memory.h"
#include "backend/cpu/ops/ops.h"
#include "kernels/matmul/matmul.h"
#include "quant/traits.h"

namespace lar::backend {
namespace {

using program::ValueId;

// Keeps a sum of probabilities from dividing by nearly nothing (the smallest normal half float).
constexpr float kSmallestSum = 6.103515625e-5F;

class RouteOp final : public CpuOp {
 public:
  RouteOp(const program::Route& op, size_t experts, const kernels::VecKernels& vec)
      : op_(op), experts_(experts), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const Range range = split_range(step.rows(op_.logits), worker.index, worker.count);
    for (int64_t i = range.begin; i < range.end; ++i) {
      const auto row = static_cast<size_t>(i);
      float* probabilities = step.value(op_.logits) + row * experts_;
      int32_t* ids = step.index_value(op_.ids) + row * op_.used;
      float* weights = step.value(op_.weights) + row * op_.used;
      vec_.softmax(probabilities, experts_);
      choose(probabilities, ids, weights);
    }
  }
  std::vector<ValueId> reads() const override { return {op_.logits}; }
  std::vector<ValueId> writes() const override { return {op_.ids, op_.weights}; }

 private:
  // The best `used`, the first of equals before the later; a chosen one is marked by -1.
  void choose(float* probabilities, int32_t* ids, float* weights) const {
    float sum = 0.0F;
    for (uint32_t e = 0; e < op_.used; ++e) {
      const auto* best = std::max_element(probabilities, probabilities + experts_);
      const auto id = static_cast<size_t>(best - probabilities);
      ids[e] = static_cast<int32_t>(id);
      weights[e] = probabilities[id];
      sum += weights[e];
      probabilities[id] = -1.0F;
    }
    const float factor = op_.scale * (op_.normalize ? 1.0F / std::max(sum, kSmallestSum) : 1.0F);
    vec_.scale(weights, op_.used, factor);
  }

  program::Route op_;
  size_t experts_;
  const kernels::VecKernels& vec_;
};

// Tokens are gathered by expert in chunks, so that an expert's rows are read once a chunk.
class ExpertMatMulOp final : public CpuOp {
 public:
  ExpertMatMulOp(const program::ExpertMatMul& op,
                 const TensorView& weight,
                 const float* scales,
                 const kernels::MatmulKernel* kernel,
                 const Lowering& lowering)
      : op_(op),
        kernel_(kernel),
        weights_(weight.bytes.data()),
        scales_(scales),
        cols_(weight.shape.dims[0]),
        rows_(weight.shape.dims[1]),
        experts_(weight.shape.dims[2]),
        row_bytes_(*quant::row_bytes(quant::traits(weight.dtype), cols_)),
        in_is_shared_(lowering.program.values[static_cast<size_t>(op.in)].cols == cols_),
        vec_(lowering.vec) {}

  void run(const Step& step, const Worker& worker) override {
    const Range rows =
        split_range(static_cast<int64_t>(rows_), worker.index, worker.count, kernel_->row_grain);
    if (rows.begin >= rows.end) return;
    const uint32_t slots = step.rows(op_.in) * op_.used;
    const int32_t* ids = step.index_value(op_.ids);
    for (size_t expert = 0; expert < experts_; ++expert) {
      std::array<uint32_t, kChunk> chunk{};
      size_t count = 0;
      for (uint32_t slot = 0; slot < slots; ++slot) {
        if (static_cast<size_t>(ids[slot]) == expert) chunk[count++] = slot;
        if (count == kChunk || (slot + 1 == slots && count > 0)) {
          multiply(step, worker, expert, {chunk.data(), count}, rows);
          count = 0;
        }
      }
    }
  }
  std::vector<ValueId> reads() const override { return {op_.in, op_.ids}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }
  size_t worker_scratch_bytes(const StepLimits&) const override {
    return align_up(kernel_->scratch_bytes(cols_)) + input_bytes() + packed_bytes() +
           align_up(kChunk * rows_ * sizeof(float));
  }

 private:
  static constexpr size_t kChunk = 32;

  size_t input_bytes() const { return align_up(kChunk * cols_ * sizeof(float)); }
  size_t packed_bytes() const { return align_up(kernel_->packed_bytes(kChunk, cols_)); }

  void multiply(const Step& step,
                const Worker& worker,
                size_t expert,
                std::span<const uint32_t> slots,
                Range rows) const {
    std::byte* scratch = worker.scratch;
    auto* input = reinterpret_cast<float*>(scratch + align_up(kernel_->scratch_bytes(cols_)));
    std::byte* packed = reinterpret_cast<std::byte*>(input) + input_bytes();
    auto* result = reinterpret_cast<float*>(packed + packed_bytes());
    for (size_t i = 0; i < slots.size(); ++i) {
      const size_t row = in_is_shared_ ? slots[i] / op_.used : slots[i];
      std::memcpy(input + i * cols_, step.value(op_.in) + row * cols_, cols_ * sizeof(float));
    }
    kernel_->pack({.x = input,
                   .x_stride = cols_,
                   .cols = cols_,
                   .tokens = slots.size(),
                   .token_begin = 0,
                   .token_end = slots.size(),
                   .packed = packed});
    kernel_->run({.weights = weights_ + expert * rows_ * row_bytes_,
                  .row_bytes = row_bytes_,
                  .cols = cols_,
                  .packed = packed,
                  .tokens = slots.size(),
                  .out = result,
                  .out_stride = rows_,
                  .row_begin = static_cast<size_t>(rows.begin),
                  .row_end = static_cast<size_t>(rows.end),
                  .scratch = scratch});
    const auto count = static_cast<size_t>(rows.end - rows.begin);
    for (size_t i = 0; i < slots.size(); ++i) {
      float* row = result + i * rows_ + rows.begin;
      if (scales_ != nullptr) vec_.scale(row, count, scales_[expert]);
      std::memcpy(step.value(op_.out) + slots[i] * rows_ + rows.begin, row, count * sizeof(float));
    }
  }

  program::ExpertMatMul op_;
  const kernels::MatmulKernel* kernel_;
  const std::byte* weights_;
  const float* scales_;
  size_t cols_;
  size_t rows_;
  size_t experts_;
  size_t row_bytes_;
  bool in_is_shared_;  // one input a token, not one a token and expert
  const kernels::VecKernels& vec_;
};

class ExpertSumOp final : public CpuOp {
 public:
  ExpertSumOp(const program::ExpertSum& op, const kernels::VecKernels& vec) : op_(op), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const size_t cols = step.cols(op_.out);
    const Range range = split_range(step.rows(op_.in), worker.index, worker.count);
    for (int64_t i = range.begin; i < range.end; ++i) {
      const auto row = static_cast<size_t>(i);
      float* out = step.value(op_.out) + row * cols;
      std::fill_n(out, cols, 0.0F);
      for (uint32_t e = 0; e < op_.used; ++e) {
        const size_t slot = row * op_.used + e;
        vec_.axpy(step.value(op_.in) + slot * cols, step.value(op_.weights)[slot], out, cols);
      }
    }
  }
  std::vector<ValueId> reads() const override { return {op_.in, op_.weights}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }

 private:
  program::ExpertSum op_;
  const kernels::VecKernels& vec_;
};

}  // namespace

Result<OpPtr> make_route(const Lowering& lowering, const program::Route& op) {
  const size_t experts = lowering.program.values[static_cast<size_t>(op.logits)].cols;
  return std::make_unique<RouteOp>(op, experts, lowering.vec);
}

Result<OpPtr> make_expert_matmul(const Lowering& lowering, const program::ExpertMatMul& op) {
  const TensorView& weight = lowering.program.weights[static_cast<size_t>(op.weight)];
  LAR_TRY(const kernels::MatmulKernel* kernel, lowering.matmul_kernel(weight));
  LAR_TRY(const float* scales, lowering.constants.vector(op.scales));
  return std::make_unique<ExpertMatMulOp>(op, weight, scales, kernel, lowering);
}

Result<OpPtr> make_expert_sum(const Lowering& lowering, const program::ExpertSum& op) {
  return std::make_unique<ExpertSumOp>(op, lowering.vec);
}

}  // namespace lar::backend

// Ops that work on each row (or part of a row) by itself: norm, glu, activation, add, rope, and the
// selection of output rows.
#include <cstring>

#include "backend/cpu/ops/ops.h"

namespace lar::backend {
namespace {

using program::ValueId;

class NormOp final : public CpuOp {
 public:
  NormOp(const program::Norm& op,
         const float* weight,
         const float* bias,
         const kernels::VecKernels& vec)
      : op_(op), weight_(weight), bias_(bias), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const int64_t groups = static_cast<int64_t>(step.cols(op_.in) / op_.group) * step.rows(op_.in);
    const Range range = split_range(groups, worker.index, worker.count);
    for (int64_t i = range.begin; i < range.end; ++i) {
      const size_t offset = static_cast<size_t>(i) * op_.group;
      const float* in = step.value(op_.in) + offset;
      float* out = step.value(op_.out) + offset;
      if (op_.kind == program::NormKind::kRms) {
        vec_.rms_norm(in, weight_, out, op_.group, op_.eps);
        if (bias_ != nullptr) vec_.add(out, bias_, out, op_.group);
      } else {
        vec_.layer_norm(in, weight_, bias_, out, op_.group, op_.eps);
      }
    }
  }
  std::vector<ValueId> reads() const override { return {op_.in}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }

 private:
  program::Norm op_;
  const float* weight_;
  const float* bias_;
  const kernels::VecKernels& vec_;
};

// Calls work(offset, count) for this worker's part of all elements of `value`.
template <class Work>
void for_elements(const Step& step, const Worker& worker, ValueId value, Work work) {
  const auto total = static_cast<int64_t>(step.cols(value)) * step.rows(value);
  constexpr int64_t kGrain = 256;
  const Range range = split_range(total, worker.index, worker.count, kGrain);
  if (range.begin < range.end) {
    work(static_cast<size_t>(range.begin), static_cast<size_t>(range.end - range.begin));
  }
}

class GluOp final : public CpuOp {
 public:
  GluOp(const program::Glu& op, const kernels::VecKernels& vec) : op_(op), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const auto kernel = op_.activation == program::Activation::kSilu ? vec_.swiglu : vec_.geglu;
    for_elements(step, worker, op_.out, [&](size_t offset, size_t count) {
      kernel(step.value(op_.gate) + offset, step.value(op_.up) + offset,
             step.value(op_.out) + offset, count);
    });
  }
  std::vector<ValueId> reads() const override { return {op_.gate, op_.up}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }

 private:
  program::Glu op_;
  const kernels::VecKernels& vec_;
};

class ActivateOp final : public CpuOp {
 public:
  ActivateOp(const program::Activate& op, const kernels::VecKernels& vec) : op_(op), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const auto kernel = op_.activation == program::Activation::kTanh ? vec_.tanh : vec_.gelu;
    for_elements(step, worker, op_.out, [&](size_t offset, size_t count) {
      kernel(step.value(op_.in) + offset, step.value(op_.out) + offset, count);
    });
  }
  std::vector<ValueId> reads() const override { return {op_.in}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }

 private:
  program::Activate op_;
  const kernels::VecKernels& vec_;
};

class AddOp final : public CpuOp {
 public:
  AddOp(const program::Add& op, const kernels::VecKernels& vec) : op_(op), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    for_elements(step, worker, op_.out, [&](size_t offset, size_t count) {
      vec_.add(step.value(op_.a) + offset, step.value(op_.b) + offset, step.value(op_.out) + offset,
               count);
    });
  }
  std::vector<ValueId> reads() const override { return {op_.a, op_.b}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }

 private:
  program::Add op_;
  const kernels::VecKernels& vec_;
};

class RopeOp final : public CpuOp {
 public:
  RopeOp(const program::Rope& op, uint32_t dims, const kernels::VecKernels& vec)
      : op_(op),
        pairs_(dims / 2),
        rotate_(op.style == program::RopeStyle::kInterleaved ? vec.rope_interleaved
                                                             : vec.rope_halves) {}

  void run(const Step& step, const Worker& worker) override {
    const size_t cols = step.cols(op_.value);
    const Range range = split_range(step.tokens, worker.index, worker.count);
    for (int64_t t = range.begin; t < range.end; ++t) {
      const auto row = static_cast<size_t>(t);
      const float* angles = step.rope_angles[static_cast<size_t>(op_.table)] + row * pairs_ * 2;
      float* heads = step.value(op_.value) + row * cols;
      for (size_t head = 0; head < cols; head += op_.head_dim) {
        rotate_(heads + head, angles, pairs_);
      }
    }
  }
  std::vector<ValueId> reads() const override { return {op_.value}; }
  std::vector<ValueId> writes() const override { return {op_.value}; }

 private:
  program::Rope op_;
  size_t pairs_;
  void (*rotate_)(float*, const float*, size_t);
};

class SelectOutputsOp final : public CpuOp {
 public:
  explicit SelectOutputsOp(const program::SelectOutputs& op) : op_(op) {}

  void run(const Step& step, const Worker& worker) override {
    const size_t cols = step.cols(op_.in);
    const Range range = split_range(step.outputs, worker.index, worker.count);
    for (int64_t i = range.begin; i < range.end; ++i) {
      const auto row = static_cast<size_t>(i);
      std::memcpy(step.value(op_.out) + row * cols,
                  step.value(op_.in) + step.input.output_rows[row] * cols, cols * sizeof(float));
    }
  }
  std::vector<ValueId> reads() const override { return {op_.in}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }

 private:
  program::SelectOutputs op_;
};

}  // namespace

Result<OpPtr> make_norm(const Lowering& lowering, const program::Norm& op) {
  LAR_TRY(const float* weight, lowering.constants.vector(op.weight));
  LAR_TRY(const float* bias, lowering.constants.vector(op.bias));
  return std::make_unique<NormOp>(op, weight, bias, lowering.vec);
}
Result<OpPtr> make_glu(const Lowering& lowering, const program::Glu& op) {
  return std::make_unique<GluOp>(op, lowering.vec);
}
Result<OpPtr> make_activate(const Lowering& lowering, const program::Activate& op) {
  if (op.activation == program::Activation::kSilu) {
    return fail(Code::kUnsupported, "activate: SiLU does not stand alone on the CPU");
  }
  return std::make_unique<ActivateOp>(op, lowering.vec);
}
Result<OpPtr> make_add(const Lowering& lowering, const program::Add& op) {
  return std::make_unique<AddOp>(op, lowering.vec);
}
Result<OpPtr> make_rope(const Lowering& lowering, const program::Rope& op) {
  const uint32_t dims = lowering.program.rope_tables[static_cast<size_t>(op.table)].dims;
  return std::make_unique<RopeOp>(op, dims, lowering.vec);
}
Result<OpPtr> make_select_outputs(const Lowering&, const program::SelectOutputs& op) {
  return std::make_unique<SelectOutputsOp>(op);
}

}  // namespace lar::backend

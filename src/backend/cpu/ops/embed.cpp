// Token, position and type embeddings: rows of a table, decoded.
#include <algorithm>

#include "backend/cpu/ops/ops.h"
#include "quant/traits.h"

namespace lar::backend {
namespace {

// Decodes rows of a table of any type.
class RowDecoder {
 public:
  static Result<RowDecoder> create(const TensorView& table) {
    const quant::Traits& traits = quant::traits(table.dtype);
    if (traits.decode == nullptr) {
      return fail(Code::kUnsupported, "tensor '" + table.name + "' has type " +
                                          std::string(traits.name) +
                                          ", which cannot be computed with");
    }
    const auto row_bytes = quant::row_bytes(traits, table.shape.cols());
    if (!row_bytes) {
      return fail(Code::kDataCorrupt, "tensor '" + table.name + "' has rows of part blocks");
    }
    RowDecoder decoder;
    decoder.decode_ = traits.decode;
    decoder.data_ = table.bytes.data();
    decoder.row_bytes_ = *row_bytes;
    decoder.cols_ = table.shape.cols();
    return decoder;
  }

  void operator()(size_t row, float* out) const { decode_(data_ + row * row_bytes_, out, cols_); }

 private:
  quant::DecodeFn decode_ = nullptr;
  const std::byte* data_ = nullptr;
  size_t row_bytes_ = 0;
  size_t cols_ = 0;
};

class EmbedOp final : public CpuOp {
 public:
  EmbedOp(const program::Embed& op, RowDecoder table, const kernels::VecKernels& vec)
      : op_(op), table_(table), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const size_t cols = step.cols(op_.out);
    const Range range = split_range(step.tokens, worker.index, worker.count);
    for (int64_t t = range.begin; t < range.end; ++t) {
      const auto row = static_cast<size_t>(t);
      float* out = step.value(op_.out) + row * cols;
      table_(static_cast<size_t>(step.input.tokens[row]), out);
      if (op_.scale != 1.0F) vec_.scale(out, cols, op_.scale);
    }
  }
  std::vector<program::ValueId> reads() const override { return {}; }
  std::vector<program::ValueId> writes() const override { return {op_.out}; }

 private:
  program::Embed op_;
  RowDecoder table_;
  const kernels::VecKernels& vec_;
};

class PositionEmbedOp final : public CpuOp {
 public:
  PositionEmbedOp(const program::PositionEmbed& op,
                  RowDecoder table,
                  uint32_t positions,
                  const kernels::VecKernels& vec)
      : op_(op), table_(table), positions_(positions), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const size_t cols = step.cols(op_.out);
    const Range range = split_range(step.tokens, worker.index, worker.count);
    for (int64_t t = range.begin; t < range.end; ++t) {
      const auto row = static_cast<size_t>(t);
      float* out = step.value(op_.out) + row * cols;
      // The engine keeps sequences within the trained context; the last row guards the table.
      const auto position = static_cast<uint32_t>(step.positions[row]);
      table_(position < positions_ ? position : positions_ - 1, out);
      vec_.add(out, step.value(op_.in) + row * cols, out, cols);
    }
  }
  std::vector<program::ValueId> reads() const override { return {op_.in}; }
  std::vector<program::ValueId> writes() const override { return {op_.out}; }

 private:
  program::PositionEmbed op_;
  RowDecoder table_;
  uint32_t positions_;
  const kernels::VecKernels& vec_;
};

class TypeEmbedOp final : public CpuOp {
 public:
  TypeEmbedOp(const program::TypeEmbed& op,
              RowDecoder table,
              uint32_t types,
              const kernels::VecKernels& vec)
      : op_(op), table_(table), types_(types), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    const size_t cols = step.cols(op_.out);
    const Range range = split_range(step.tokens, worker.index, worker.count);
    for (const SequenceSlice& sequence : step.input.sequences) {
      const int64_t begin = std::max<int64_t>(range.begin, sequence.row_begin);
      const int64_t end = std::min<int64_t>(range.end, sequence.row_begin + sequence.tokens);
      const int64_t second =
          sequence.second_text == 0 ? end : int64_t{sequence.row_begin} + sequence.second_text;
      for (int64_t t = begin; t < end; ++t) {
        const auto row = static_cast<size_t>(t);
        float* out = step.value(op_.out) + row * cols;
        table_(t >= second && types_ > 1 ? 1 : 0, out);
        vec_.add(out, step.value(op_.in) + row * cols, out, cols);
      }
    }
  }
  std::vector<program::ValueId> reads() const override { return {op_.in}; }
  std::vector<program::ValueId> writes() const override { return {op_.out}; }

 private:
  program::TypeEmbed op_;
  RowDecoder table_;
  uint32_t types_;
  const kernels::VecKernels& vec_;
};

}  // namespace

Result<OpPtr> make_type_embed(const Lowering& lowering, const program::TypeEmbed& op) {
  const TensorView& view = lowering.program.weights[static_cast<size_t>(op.table)];
  LAR_TRY(RowDecoder table, RowDecoder::create(view));
  return std::make_unique<TypeEmbedOp>(op, table, static_cast<uint32_t>(view.shape.rows()),
                                       lowering.vec);
}

Result<OpPtr> make_embed(const Lowering& lowering, const program::Embed& op) {
  LAR_TRY(RowDecoder table,
          RowDecoder::create(lowering.program.weights[static_cast<size_t>(op.table)]));
  return std::make_unique<EmbedOp>(op, table, lowering.vec);
}

Result<OpPtr> make_position_embed(const Lowering& lowering, const program::PositionEmbed& op) {
  const TensorView& view = lowering.program.weights[static_cast<size_t>(op.table)];
  LAR_TRY(RowDecoder table, RowDecoder::create(view));
  return std::make_unique<PositionEmbedOp>(op, table, static_cast<uint32_t>(view.shape.rows()),
                                           lowering.vec);
}

}  // namespace lar::backend

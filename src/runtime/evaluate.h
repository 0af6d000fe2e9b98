// The logits of given tokens at every position, straight from the program: for `lar logits`,
// perplexity and speed measurements, where nothing is sampled.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "backend/backend.h"
#include "runtime/cost.h"
#include "runtime/model.h"

namespace lar::runtime {

struct EvaluateOptions {
  int threads = 1;
  IsaSet isas;
  uint32_t context = 0;  // positions; not cut to the trained context
  uint32_t batch = 512;
  uint32_t rows = 1;  // sequences that may be stepped together
  DType kv_type = DType::kF16;
};

// One program with its own cache and `rows` sequences. One thread uses it at a time.
class Evaluator {
 public:
  static Result<Evaluator> create(const gguf::File& file, const EvaluateOptions& options);

  uint32_t vocab() const { return vocab_; }

  // Computes tokens[0..] at positions from 0 in steps of `batch`; row(position, logits [vocab]) is
  // called for each position from `first_row` on, in order.
  Result<void> run(std::span<const int32_t> tokens,
                   uint32_t first_row,
                   const std::function<void(uint32_t, std::span<const float>)>& row);

  // One step that gives every sequence its token at `position`; then the most likely next ones.
  Result<void> step_all(std::span<int32_t> tokens, uint32_t position);

  // Computes tokens of sequence `row` at positions from `position` on in steps of `batch`, with the
  // logits of the last.
  Result<void> prefill(uint32_t row, std::span<const int32_t> tokens, uint32_t position);

  const StepCost& cost() const { return cost_; }
  const backend::MemoryPlan& memory() const { return executable_->memory(); }

 private:
  Evaluator() = default;

  std::unique_ptr<backend::Backend> backend_;
  std::unique_ptr<backend::Executable> executable_;
  uint32_t vocab_ = 0;
  uint32_t batch_ = 0;
  uint32_t rows_ = 0;
  StepCost cost_;
  std::vector<std::vector<int32_t>> tables_;  // blocks of each sequence
};

}  // namespace lar::runtime

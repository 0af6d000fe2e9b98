#include "runtime/evaluate.h"

#include <algorithm>
#include <numeric>

#include "backend/cpu/cpu_backend.h"
#include "models/registry.h"

namespace lar::runtime {
namespace {

constexpr uint32_t kBlockTokens = 32;

// Rows of logits that a step may keep: bounds the memory that a large vocabulary takes.
constexpr uint32_t kOutputs = 64;

bool has_position_table(const program::Program& program) {
  return std::ranges::any_of(program.ops, [](const program::Op& op) {
    return std::holds_alternative<program::PositionEmbed>(op);
  });
}

}  // namespace

Result<Evaluator> Evaluator::create(const gguf::File& file, const EvaluateOptions& options) {
  LAR_TRY(const program::Program program, models::build(file));
  LAR_TRY(require_generative(program, file.name()));
  if (options.context > program.context_train && has_position_table(program)) {
    return fail(Code::kInvalidArgument, file.name() + ": the model has positions for " +
                                            std::to_string(program.context_train) +
                                            " tokens, asked for " +
                                            std::to_string(options.context));
  }
  Evaluator evaluator;
  evaluator.vocab_ = program.vocab;
  evaluator.cost_ = cost_of(program, options.kv_type);
  evaluator.batch_ = std::max(1U, options.batch);
  evaluator.rows_ = std::max(1U, options.rows);
  const uint32_t blocks = (std::max(1U, options.context) + kBlockTokens - 1) / kBlockTokens;
  backend::CompileOptions compile;
  compile.limits.tokens = std::max(evaluator.batch_, evaluator.rows_);
  compile.limits.outputs = std::max(std::min(kOutputs, evaluator.batch_), evaluator.rows_);
  compile.limits.sequences = evaluator.rows_;
  compile.kv = {
      .type = options.kv_type, .block_tokens = kBlockTokens, .blocks = blocks * evaluator.rows_};
  evaluator.backend_ = std::make_unique<backend::CpuBackend>(
      backend::CpuOptions{.threads = options.threads, .isas = options.isas});
  LAR_TRY(evaluator.executable_, evaluator.backend_->compile(program, compile));
  int32_t next = 0;
  for (uint32_t row = 0; row < evaluator.rows_; ++row) {
    auto& table = evaluator.tables_.emplace_back(blocks);
    std::iota(table.begin(), table.end(), next);
    next += static_cast<int32_t>(blocks);
  }
  return evaluator;
}

Result<void> Evaluator::run(std::span<const int32_t> tokens,
                            uint32_t first_row,
                            const std::function<void(uint32_t, std::span<const float>)>& row) {
  std::vector<uint32_t> outputs;
  for (uint32_t begin = 0; begin < tokens.size();) {
    uint32_t count = std::min(batch_, static_cast<uint32_t>(tokens.size()) - begin);
    // Positions that nobody asks for go in full steps, the others at most kOutputs at a time.
    if (begin + count > first_row) {
      count = begin < first_row ? first_row - begin : std::min(count, kOutputs);
    }
    outputs.clear();
    if (begin >= first_row) {
      outputs.resize(count);
      std::iota(outputs.begin(), outputs.end(), 0U);
    }
    const backend::SequenceSlice slice{
        .row_begin = 0, .tokens = count, .first_position = begin, .block_table = tables_[0]};
    LAR_TRY(executable_->run({.tokens = tokens.subspan(begin, count),
                              .sequences = {&slice, 1},
                              .output_rows = outputs,
                              .want_logits = !outputs.empty()}));
    for (uint32_t i = 0; i < outputs.size(); ++i) row(begin + i, executable_->logits(i));
    begin += count;
  }
  return {};
}

Result<void> Evaluator::step_all(std::span<int32_t> tokens, uint32_t position) {
  std::vector<uint32_t> outputs(rows_);
  std::iota(outputs.begin(), outputs.end(), 0U);
  std::vector<backend::SequenceSlice> slices;
  for (uint32_t row = 0; row < rows_; ++row) {
    slices.push_back(
        {.row_begin = row, .tokens = 1, .first_position = position, .block_table = tables_[row]});
  }
  LAR_TRY(executable_->run({.tokens = tokens, .sequences = slices, .output_rows = outputs}));
  for (uint32_t row = 0; row < rows_; ++row) {
    const auto logits = executable_->logits(row);
    tokens[row] = static_cast<int32_t>(std::ranges::max_element(logits) - logits.begin());
  }
  return {};
}

Result<void> Evaluator::prefill(uint32_t row, std::span<const int32_t> tokens, uint32_t position) {
  for (uint32_t begin = 0; begin < tokens.size(); begin += batch_) {
    const auto part = tokens.subspan(begin, std::min<size_t>(batch_, tokens.size() - begin));
    const backend::SequenceSlice slice{.row_begin = 0,
                                       .tokens = static_cast<uint32_t>(part.size()),
                                       .first_position = position + begin,
                                       .block_table = tables_[row]};
    const auto last = static_cast<uint32_t>(part.size() - 1);
    const bool ends = begin + part.size() == tokens.size();
    LAR_TRY(executable_->run({.tokens = part,
                              .sequences = {&slice, 1},
                              .output_rows = {&last, ends ? 1U : 0U},
                              .want_logits = ends}));
  }
  return {};
}

}  // namespace lar::runtime

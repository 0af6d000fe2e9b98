#include "run_program.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/registry.h"

namespace lar::test {

Result<Matrix> run_tokens(const gguf::File& file,
                          std::span<const int32_t> tokens,
                          const RunOptions& options) {
  LAR_TRY(const program::Program program, models::build(file));
  constexpr uint32_t kBlockTokens = 32;
  const auto count = static_cast<uint32_t>(tokens.size());
  backend::CompileOptions compile;
  compile.limits = {.tokens = options.batch, .outputs = options.batch, .sequences = 1};
  compile.kv = {.type = options.kv_type,
                .block_tokens = kBlockTokens,
                .blocks = (count + kBlockTokens - 1) / kBlockTokens};
  backend::CpuBackend backend({.threads = options.threads, .isas = options.isas});
  LAR_TRY(const auto executable, backend.compile(program, compile));
  // Blocks in falling order: a kernel that ignores the table shows.
  std::vector<int32_t> table(compile.kv.blocks);
  std::iota(table.rbegin(), table.rend(), 0);

  // An encoder has no logits: then these are the hidden states.
  const bool has_logits = program.logits != program::kNone;
  const auto result = static_cast<size_t>(has_logits ? program.logits : program.hidden);
  Matrix logits{.rows = count, .cols = program.values[result].cols};
  for (uint32_t begin = 0; begin < count; begin += options.batch) {
    const uint32_t part = std::min(options.batch, count - begin);
    std::vector<uint32_t> outputs(part);
    std::iota(outputs.begin(), outputs.end(), 0U);
    const backend::SequenceSlice slice{
        .row_begin = 0, .tokens = part, .first_position = begin, .block_table = table};
    LAR_TRY(executable->run(
        {.tokens = tokens.subspan(begin, part), .sequences = {&slice, 1}, .output_rows = outputs}));
    for (uint32_t i = 0; i < part; ++i) {
      const std::span<const float> row = has_logits ? executable->logits(i) : executable->hidden(i);
      logits.data.insert(logits.data.end(), row.begin(), row.end());
    }
  }
  return logits;
}

std::vector<int32_t> reference_tokens() {
  return {126, 40, 44, 22, 96, 99, 47,  7,  18,  25,  108, 69, 28,  13,  72,  87,
          119, 83, 11, 15, 69, 12, 120, 60, 50,  122, 29,  82, 104, 103, 94,  107,
          100, 12, 67, 79, 76, 32, 14,  84, 101, 126, 56,  68, 3,   108, 119, 76};
}

double relative_difference(const Matrix& expected, const Matrix& actual) {
  if (expected.data.size() != actual.data.size() || expected.data.empty()) return INFINITY;
  const auto [low, high] = std::ranges::minmax(expected.data);
  double worst = 0.0;
  for (size_t i = 0; i < expected.data.size(); ++i) {
    const double difference = std::abs(static_cast<double>(expected.data[i]) - actual.data[i]);
    if (!(difference <= worst)) worst = std::isnan(difference) ? INFINITY : difference;
  }
  return worst / (static_cast<double>(high) - low);
}

double mean_divergence(const Matrix& base, const Matrix& other) {
  const auto log_norm = [](const float* row, uint64_t cols) {
    const float max = *std::max_element(row, row + cols);
    double sum = 0.0;
    for (uint64_t i = 0; i < cols; ++i) sum += std::exp(static_cast<double>(row[i]) - max);
    return max + std::log(sum);
  };
  double total = 0.0;
  for (uint64_t r = 0; r < base.rows; ++r) {
    const double base_norm = log_norm(base.row(r), base.cols);
    const double norm = log_norm(other.row(r), base.cols);
    for (uint64_t i = 0; i < base.cols; ++i) {
      const double log_p = base.row(r)[i] - base_norm;
      total += std::exp(log_p) * (log_p - (other.row(r)[i] - norm));
    }
  }
  return total / static_cast<double>(base.rows);
}

}  // namespace lar::test

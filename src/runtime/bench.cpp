#include "runtime/bench.h"

#include <algorithm>
#include <chrono>

#include "runtime/machine.h"

namespace lar::runtime {
namespace {

using Clock = std::chrono::steady_clock;

// Tokens without meaning but spread over the vocabulary, the same at every run.
std::vector<int32_t> some_tokens(uint32_t count, uint32_t vocab) {
  std::vector<int32_t> tokens(count);
  uint32_t state = 12345;
  for (int32_t& token : tokens) {
    state = state * 1'664'525U + 1'013'904'223U;
    token = static_cast<int32_t>((state >> 8) % vocab);
  }
  return tokens;
}

Result<double> run_once(Evaluator& evaluator, const BenchTest& test) {
  const uint32_t vocab = evaluator.vocab();
  if (test.prompt > 0) {
    const auto tokens = some_tokens(test.prompt, vocab);
    const auto start = Clock::now();
    LAR_TRY(evaluator.prefill(0, tokens, test.depth));
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  auto next = some_tokens(test.rows, vocab);
  const auto start = Clock::now();
  for (uint32_t i = 0; i < test.generate; ++i) {
    LAR_TRY(evaluator.step_all(next, test.depth + i));
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Result<BenchResult> run_test(const gguf::File& file,
                             const BenchSpec& spec,
                             const BenchTest& test,
                             const std::function<bool(uint32_t)>& progress) {
  LAR_TRY(auto evaluator,
          Evaluator::create(file, {.threads = spec.threads,
                                   .isas = spec.isas,
                                   .context = test.depth + test.prompt + test.generate,
                                   .batch = spec.batch,
                                   .rows = test.rows}));
  BenchResult result{.test = test};
  const StepCost& cost = evaluator.cost();
  if (test.depth > 0) {
    const auto tokens = some_tokens(test.depth, evaluator.vocab());
    for (uint32_t row = 0; row < test.rows; ++row) LAR_TRY(evaluator.prefill(row, tokens, 0));
  }
  const double count = test.prompt > 0 ? test.prompt : test.generate;
  const double mean_context = test.depth + (count - 1.0) / 2.0;
  if (test.prompt > 0) {
    result.tokens = count;
    result.ops =
        static_cast<double>(cost.ops_per_token) * count + static_cast<double>(cost.ops_per_output);
  } else {
    result.tokens = count * test.rows;
    result.bytes =
        count * (static_cast<double>(cost.weight_bytes) +
                 static_cast<double>(cost.kv_bytes_per_position) * mean_context * test.rows);
    result.ops = static_cast<double>(cost.ops_per_token + cost.ops_per_output) * count * test.rows;
  }
  for (uint32_t repeat = 0; repeat <= spec.repeats; ++repeat) {
    if (!progress(repeat)) return fail(Code::kCancelled, "interrupted");
    LAR_TRY(const double seconds, run_once(evaluator, test));
    if (repeat > 0) result.seconds.push_back(seconds);
  }
  return result;
}

}  // namespace

Result<std::vector<BenchResult>> run_bench(const gguf::File& file,
                                           const BenchSpec& spec,
                                           const std::function<bool(size_t, uint32_t)>& progress) {
  std::vector<BenchResult> results;
  for (size_t i = 0; i < spec.tests.size(); ++i) {
    LAR_TRY(results.emplace_back(), run_test(file, spec, spec.tests[i],
                                             [&](uint32_t repeat) { return progress(i, repeat); }));
  }
  return results;
}

MachineLimits measure_limits(int threads, IsaSet isas) {
  return {.read_bytes_per_second = measure_read_bandwidth(threads),
          .int8_ops_per_second = measure_int8_peak(threads, isas)};
}

}  // namespace lar::runtime

// Speed of a model: prompts of given lengths and generation, alone or several sequences at once,
// held against the machine's measured limits.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "runtime/evaluate.h"

namespace lar::runtime {

struct BenchTest {
  uint32_t prompt = 0;  // tokens of a prompt; 0: a generation test
  uint32_t generate = 0;
  uint32_t depth = 0;  // tokens in the cache before the test begins
  uint32_t rows = 1;   // sequences that generate together
};

struct BenchSpec {
  std::vector<BenchTest> tests;
  uint32_t repeats = 5;
  int threads = 1;
  uint32_t batch = 512;
  IsaSet isas;
};

struct BenchResult {
  BenchTest test;
  std::vector<double> seconds;  // of each repeat
  double tokens = 0.0;          // of a repeat, of all rows together
  double bytes = 0.0;           // that a repeat reads at least
  double ops = 0.0;             // that a repeat does at least
};

struct MachineLimits {
  double read_bytes_per_second = 0.0;
  double int8_ops_per_second = 0.0;
};

// Each test warms up with one run that is not counted. progress(test index, repeat) before each;
// false stops. Errors: cancelled, and those of the model.
Result<std::vector<BenchResult>> run_bench(const gguf::File& file,
                                           const BenchSpec& spec,
                                           const std::function<bool(size_t, uint32_t)>& progress);

MachineLimits measure_limits(int threads, IsaSet isas);

}  // namespace lar::runtime

// The CPU backend on a program of its own: embeddings that are their own head.
#include "backend/cpu/cpu_backend.h"

#include <gtest/gtest.h>

namespace lar::backend {
namespace {

struct TinyProgram {
  std::vector<float> table;
  program::Program program;

  TinyProgram() : table(8 * 32) {
    for (size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i % 13) - 6.0F;
    program.vocab = 8;
    program.context_train = 64;
    program.weights.push_back({.name = "table",
                               .dtype = DType::kF32,
                               .shape = {.rank = 2, .dims = {32, 8, 1, 1}},
                               .bytes = std::as_bytes(std::span(table))});
    program.values = {{.name = "x", .rows = program::Rows::kTokens, .cols = 32},
                      {.name = "y", .rows = program::Rows::kOutputs, .cols = 32},
                      {.name = "logits", .rows = program::Rows::kOutputs, .cols = 8}};
    program.ops = {program::Embed{.table = 0, .out = 0}, program::SelectOutputs{.in = 0, .out = 1},
                   program::MatMul{.in = 1, .weight = 0, .out = 2}};
    program.hidden = 1;
    program.logits = 2;
  }
};

CompileOptions small_options() {
  CompileOptions options;
  options.limits = {.tokens = 4, .outputs = 4, .sequences = 2};
  options.kv = {.type = DType::kF16, .block_tokens = 32, .blocks = 2};
  return options;
}

TEST(CpuBackend, ComputesWhatTheProgramSays) {
  const TinyProgram tiny;
  CpuBackend backend({.threads = 2, .isas = detect_isa()});
  const auto executable = backend.compile(tiny.program, small_options());
  ASSERT_TRUE(executable.has_value()) << executable.error().message;
  const std::vector<int32_t> tokens = {5, 2, 7};
  const std::vector<int32_t> table = {0, 1};
  const SequenceSlice slice{.row_begin = 0, .tokens = 3, .first_position = 0, .block_table = table};
  const std::vector<uint32_t> outputs = {1, 2};
  ASSERT_TRUE((*executable)
                  ->run({.tokens = tokens, .sequences = {&slice, 1}, .output_rows = outputs})
                  .has_value());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto row = static_cast<size_t>(tokens[outputs[i]]);
    for (size_t v = 0; v < 8; ++v) {
      float expected = 0.0F;
      for (size_t k = 0; k < 32; ++k) expected += tiny.table[row * 32 + k] * tiny.table[v * 32 + k];
      EXPECT_FLOAT_EQ((*executable)->logits(static_cast<uint32_t>(i))[v], expected);
    }
    EXPECT_FLOAT_EQ((*executable)->hidden(static_cast<uint32_t>(i))[3], tiny.table[row * 32 + 3]);
  }
}

TEST(CpuBackend, TakesExactlyTheMemoryItPlanned) {
  const TinyProgram tiny;
  CpuBackend backend({.threads = 2, .isas = detect_isa()});
  const auto plan = backend.plan(tiny.program, small_options());
  const auto executable = backend.compile(tiny.program, small_options());
  ASSERT_TRUE(plan.has_value() && executable.has_value());
  EXPECT_EQ(plan->total_bytes(), (*executable)->memory().total_bytes());
  EXPECT_EQ(plan->items.size(), (*executable)->memory().items.size());
  EXPECT_GT(plan->total_bytes(), plan->private_bytes());
}

TEST(CpuBackend, RefusesStepsBeyondItsLimits) {
  const TinyProgram tiny;
  CpuBackend backend({.threads = 1, .isas = detect_isa()});
  const auto executable = backend.compile(tiny.program, small_options());
  ASSERT_TRUE(executable.has_value());
  const std::vector<int32_t> table = {0, 1};
  const auto run = [&](std::vector<int32_t> tokens, SequenceSlice slice,
                       std::vector<uint32_t> outputs) {
    slice.tokens = static_cast<uint32_t>(tokens.size());
    return (*executable)
        ->run({.tokens = tokens, .sequences = {&slice, 1}, .output_rows = outputs})
        .has_value();
  };
  const SequenceSlice good{.block_table = table};
  EXPECT_TRUE(run({1, 2}, good, {0, 1}));
  EXPECT_FALSE(run({1, 2, 3, 4, 5}, good, {0}));  // more tokens than planned
  EXPECT_FALSE(run({1, 8}, good, {0}));           // not in the vocabulary
  EXPECT_FALSE(run({1, -1}, good, {0}));          // not in the vocabulary
  EXPECT_FALSE(run({1, 2}, good, {1, 1}));        // rows do not rise
  EXPECT_FALSE(run({1, 2}, good, {2}));           // no such row
  EXPECT_FALSE(run({1}, {.first_position = 64, .block_table = table}, {0}));  // beyond the table
  const std::vector<int32_t> foreign = {0, 9};
  EXPECT_FALSE(run({1}, {.block_table = foreign}, {0}));  // a block that does not exist
}

TEST(CpuBackend, AnImpossibleCacheIsAnErrorNotACrash) {
  TinyProgram tiny;
  tiny.program.kv_layers.assign(1000, {.kv_heads = 4096, .head_dim_k = 1024, .head_dim_v = 1024});
  CompileOptions options = small_options();
  options.kv.blocks = 1U << 30;
  CpuBackend backend({.threads = 1, .isas = detect_isa()});
  const auto plan = backend.plan(tiny.program, options);
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code, Code::kResourceExhausted);
}

}  // namespace
}  // namespace lar::backend

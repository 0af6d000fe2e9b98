// Decode steps of the CPU backend allocate nothing: all memory is planned when a program is
// compiled.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <random>

#include "backend/cpu/cpu_backend.h"

namespace {

std::atomic<uint64_t> allocations{0};

// Out of line, so that no compiler pairs malloc with a delete.
[[gnu::noinline]] void* allocate(size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void release(void* memory) {
  std::free(memory);
}

}  // namespace

// Counts; otherwise what the library does.
void* operator new(size_t bytes) {
  return allocate(bytes);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, size_t) noexcept {
  release(memory);
}

namespace lar::backend {
namespace {

// One layer with attention, a gated feed-forward part and two experts.
class OneLayer {
 public:
  OneLayer() {
    using namespace program;
    program_.vocab = 16;
    program_.context_train = 64;
    program_.kv_layers = {{.kv_heads = 1, .head_dim_k = 16, .head_dim_v = 16}};
    program_.rope_tables = {{.dims = 16, .step = 0.3F}};
    const auto x = value(32);
    program_.ops.emplace_back(Embed{.table = weight(32, 16), .out = x});
    const auto normed = value(32);
    program_.ops.emplace_back(
        Norm{.in = x, .out = normed, .weight = weight(32, 1), .group = 32, .eps = 1e-5F});
    const auto q = value(32), k = value(16), v = value(16), mixed = value(32), sum = value(32);
    program_.ops.emplace_back(MatMul{.in = normed, .weight = weight(32, 32), .out = q});
    program_.ops.emplace_back(MatMul{.in = normed, .weight = weight(32, 16), .out = k});
    program_.ops.emplace_back(MatMul{.in = normed, .weight = weight(32, 16), .out = v});
    program_.ops.emplace_back(Rope{.value = q, .head_dim = 16, .table = 0});
    program_.ops.emplace_back(Rope{.value = k, .head_dim = 16, .table = 0});
    program_.ops.emplace_back(
        Attention{.q = q, .k = k, .v = v, .out = mixed, .layer = 0, .heads = 2});
    program_.ops.emplace_back(Add{.a = x, .b = mixed, .out = sum});
    const auto router = value(2), ids = value(1), weights = value(1), up = value(64),
               experts = value(64);
    program_.values[static_cast<size_t>(ids)].is_index = true;
    program_.ops.emplace_back(MatMul{.in = sum, .weight = weight(32, 2), .out = router});
    program_.ops.emplace_back(Route{.logits = router, .ids = ids, .weights = weights, .used = 1});
    program_.ops.emplace_back(
        ExpertMatMul{.in = sum, .weight = weight(32, 64, 2), .ids = ids, .out = up, .used = 1});
    program_.ops.emplace_back(ExpertSum{.in = up, .weights = weights, .out = experts, .used = 1});
    const auto down = value(32);
    program_.ops.emplace_back(MatMul{.in = experts, .weight = weight(64, 32), .out = down});
    const auto y = value(32, Rows::kOutputs), logits = value(16, Rows::kOutputs);
    program_.ops.emplace_back(SelectOutputs{.in = down, .out = y});
    program_.ops.emplace_back(MatMul{.in = y, .weight = weight(32, 16), .out = logits});
    program_.hidden = y;
    program_.logits = logits;
  }

  const program::Program& program() const { return program_; }

 private:
  program::ValueId value(uint32_t cols, program::Rows rows = program::Rows::kTokens) {
    program_.values.push_back({.name = "value", .rows = rows, .cols = cols});
    return static_cast<program::ValueId>(program_.values.size() - 1);
  }
  program::WeightId weight(uint64_t cols, uint64_t rows, uint64_t planes = 1) {
    auto& data = data_.emplace_back(cols * rows * planes);
    for (float& element : data) element = std::normal_distribution<float>(0.0F, 0.2F)(random_);
    const int rank = planes > 1 ? 3 : rows > 1 ? 2 : 1;
    program_.weights.push_back({.name = "weight",
                                .dtype = DType::kF32,
                                .shape = {.rank = rank, .dims = {cols, rows, planes, 1}},
                                .bytes = std::as_bytes(std::span(data))});
    return static_cast<program::WeightId>(program_.weights.size() - 1);
  }

  std::mt19937 random_{3};
  std::vector<std::vector<float>> data_;
  program::Program program_;
};

TEST(Allocation, DecodeStepsTakeNone) {
  const OneLayer model;
  CpuBackend backend({.threads = 2, .isas = detect_isa()});
  CompileOptions options;
  options.limits = {.tokens = 8, .outputs = 8, .sequences = 4};
  options.kv = {.type = DType::kF16, .block_tokens = 32, .blocks = 4};
  const auto executable = backend.compile(model.program(), options);
  ASSERT_TRUE(executable.has_value()) << executable.error().message;
  const int32_t tables[2] = {0, 1};
  const int32_t tokens[2] = {3, 7};
  const uint32_t outputs[2] = {0, 1};
  const uint64_t before = allocations.load();
  bool ran = true;
  for (uint32_t position = 0; position < 30; ++position) {
    const SequenceSlice slices[2] = {
        {.row_begin = 0, .tokens = 1, .first_position = position, .block_table = {&tables[0], 1}},
        {.row_begin = 1, .tokens = 1, .first_position = position, .block_table = {&tables[1], 1}}};
    ran = ran && (*executable)
                     ->run({.tokens = tokens, .sequences = slices, .output_rows = outputs})
                     .has_value();
  }
  EXPECT_EQ(allocations.load(), before);
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace lar::backend

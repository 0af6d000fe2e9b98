#include "kernels/attention/attention.h"

#include <benchmark/benchmark.h>

#include <numeric>
#include <string>

#include "kernels/register.h"
#include "kernels/support.h"

namespace lar::kernels {
namespace {

struct Shape {
  uint32_t heads;
  uint32_t kv_heads;
  uint32_t dim;
  uint32_t history;
  uint32_t tokens;
};

void attend(benchmark::State& state, const AttentionKernel& kernel, const Shape& shape) {
  constexpr uint32_t kBlock = 32;
  const uint32_t positions = shape.history + shape.tokens;
  const uint32_t blocks = (positions + kBlock - 1) / kBlock;
  std::vector<int32_t> table(blocks);
  std::iota(table.begin(), table.end(), 0);
  const size_t width = size_t{shape.kv_heads} * shape.dim;
  KvLayerView cache;
  cache.k_block_bytes = cache.v_block_bytes = kernel.row_bytes(shape.dim) * kBlock * shape.kv_heads;
  Buffer k_memory(cache.k_block_bytes * blocks);
  Buffer v_memory(cache.v_block_bytes * blocks);
  cache.k = k_memory.data();
  cache.v = v_memory.data();
  cache.block_tokens = kBlock;
  cache.kv_heads = shape.kv_heads;
  cache.head_dim_k = cache.head_dim_v = shape.dim;
  const std::vector<float> rows = random_row(positions * width, 1);
  kernel.store({.cache = cache,
                .block_table = table.data(),
                .k = rows.data(),
                .v = rows.data(),
                .k_stride = width,
                .v_stride = width,
                .tokens = positions,
                .first_position = 0});
  const size_t stride = size_t{shape.heads} * shape.dim;
  const std::vector<float> q = random_row(shape.tokens * stride, 2);
  std::vector<float> out(shape.tokens * stride);
  Buffer scratch(kernel.scratch_bytes(shape.heads / shape.kv_heads, shape.dim, shape.dim, kBlock));
  for (auto _ : state) {
    kernel.run({.cache = cache,
                .block_table = table.data(),
                .q = q.data(),
                .out = out.data(),
                .q_stride = stride,
                .out_stride = stride,
                .tokens = shape.tokens,
                .first_position = shape.history,
                .heads = shape.heads,
                .kv_head_begin = 0,
                .kv_head_end = shape.kv_heads,
                .scale = 0.125F,
                .scratch = scratch.data()});
    benchmark::DoNotOptimize(out.data());
  }
  const auto per_second = [&](double amount) {
    return benchmark::Counter(amount / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  };
  // The causal half of the square that the new tokens make, and all that came before.
  const double pairs = static_cast<double>(shape.tokens) *
                       (shape.history + (static_cast<double>(shape.tokens) + 1.0) / 2.0);
  state.counters["GB/s"] = per_second(2.0 * static_cast<double>(positions * shape.kv_heads) *
                                      static_cast<double>(kernel.row_bytes(shape.dim)));
  state.counters["GOP/s"] = per_second(4.0 * pairs * shape.heads * shape.dim);
}

}  // namespace

void register_attention(IsaSet isas) {
  for (const AttentionKernel& kernel : all_attention_kernels()) {
    if (!isas.has(kernel.isa)) continue;
    for (const Shape& shape :
         {Shape{14, 2, 64, 4096, 1}, Shape{32, 8, 64, 255, 1}, Shape{32, 8, 64, 4096, 1},
          Shape{32, 8, 128, 4096, 1}, Shape{16, 16, 64, 4096, 1}, Shape{32, 8, 64, 0, 512},
          Shape{32, 8, 128, 1536, 512}}) {
      const std::string name = "attention/" + std::to_string(shape.heads) + "of" +
                               std::to_string(shape.kv_heads) + "x" + std::to_string(shape.dim) +
                               "/" + std::to_string(shape.history) + "+" +
                               std::to_string(shape.tokens) + "/" + std::string(kernel.name);
      benchmark::RegisterBenchmark(name.c_str(), [&kernel, shape](benchmark::State& state) {
        attend(state, kernel, shape);
      })->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace lar::kernels

#include "kernels/matmul/matmul.h"

#include <benchmark/benchmark.h>

#include <string>

#include "kernels/register.h"
#include "kernels/support.h"
#include "quant/traits.h"

namespace lar::kernels {
namespace {

struct Shape {
  size_t rows;
  size_t cols;
  size_t tokens;
};

void multiply(benchmark::State& state, const MatmulKernel& kernel, const Shape& shape) {
  const quant::Traits& type = quant::traits(kernel.weight);
  const size_t row_bytes = shape.cols / type.block_elements * type.block_bytes;
  const std::vector<std::byte> weights = random_blocks(
      kernel.weight, shape.rows * shape.cols / type.block_elements, type.block_bytes, 1);
  const std::vector<float> x = random_row(shape.tokens * shape.cols, 2);
  Buffer packed(kernel.packed_bytes(shape.tokens, shape.cols));
  Buffer scratch(kernel.scratch_bytes(shape.cols));
  std::vector<float> out(shape.tokens * shape.rows);
  for (auto _ : state) {
    kernel.pack({.x = x.data(),
                 .x_stride = shape.cols,
                 .cols = shape.cols,
                 .tokens = shape.tokens,
                 .token_begin = 0,
                 .token_end = shape.tokens,
                 .packed = packed.data()});
    kernel.run({.weights = weights.data(),
                .row_bytes = row_bytes,
                .cols = shape.cols,
                .packed = packed.data(),
                .tokens = shape.tokens,
                .out = out.data(),
                .out_stride = shape.rows,
                .row_begin = 0,
                .row_end = shape.rows,
                .scratch = scratch.data()});
    benchmark::DoNotOptimize(out.data());
  }
  const auto per_second = [&](double amount) {
    return benchmark::Counter(amount / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  };
  state.counters["GB/s"] = per_second(static_cast<double>(weights.size()));
  state.counters["GOP/s"] = per_second(2.0 * static_cast<double>(shape.rows * shape.cols) *
                                       static_cast<double>(shape.tokens));
}

void add(const MatmulKernel& kernel, const char* what, const Shape& shape) {
  const std::string name = std::string(what) + "/" + std::to_string(shape.cols) + "x" +
                           std::to_string(shape.tokens) + "/" + std::string(kernel.name);
  benchmark::RegisterBenchmark(name.c_str(), [&kernel, shape](benchmark::State& state) {
    multiply(state, kernel, shape);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace

void register_matmul(IsaSet isas) {
  for (const MatmulKernel& kernel : all_matmul_kernels()) {
    if (!isas.has(kernel.isa)) continue;
    const quant::Traits& type = quant::traits(kernel.weight);
    // Weights that no cache holds, and a small matrix that one does.
    for (const size_t cols : {size_t{2048}, size_t{8192}}) {
      const size_t row_bytes = cols / type.block_elements * type.block_bytes;
      add(kernel, "gemv", {(size_t{96} << 20U) / row_bytes, cols, 1});
    }
    add(kernel, "gemv_cached", {256, 2048, 1});
    if (kernel.isa == Isa::kScalar) continue;
    for (const size_t tokens : {size_t{2}, size_t{4}, size_t{8}, size_t{16}}) {
      add(kernel, "batch", {4096, 2048, tokens});
    }
    add(kernel, "gemm", {2048, 2048, 512});
  }
}

}  // namespace lar::kernels

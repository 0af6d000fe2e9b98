// Runs every vector kernel beside the scalar one of its kind and compares the results.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string_view>
#include <vector>

#include "kernels/attention/attention.h"
#include "kernels/matmul/matmul.h"
#include "kernels/support.h"
#include "kernels/vec/vec.h"
#include "quant/traits.h"

namespace lar::kernels {
namespace {

class Check {
 public:
  // Counts and reports values that are further apart than `bound`.
  void compare(std::string_view what,
               const std::vector<float>& got,
               const std::vector<float>& want,
               double bound) {
    double worst = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      const double error = std::abs(double{got[i]} - want[i]);
      if (!(error <= worst)) worst = error;
    }
    ++compared_;
    if (worst <= bound) return;
    ++failed_;
    std::printf("%.*s: off by %g, allowed are %g\n", static_cast<int>(what.size()), what.data(),
                worst, bound);
  }

  int finish() const {
    std::printf("%d comparisons, %d failed\n", compared_, failed_);
    return failed_ == 0 && compared_ > 0 ? 0 : 1;
  }

 private:
  int compared_ = 0;
  int failed_ = 0;
};

// Values that eight bits hold exactly: whole numbers, each block of 32 with a 127.
std::vector<float> whole_numbers(size_t n) {
  std::vector<float> row = random_row(n, 5);
  for (size_t i = 0; i < n; ++i) row[i] = i % 32 == 7 ? 127.0F : std::rint(row[i] * 127.0F);
  return row;
}

std::vector<float> multiply(const MatmulKernel& kernel,
                            const std::vector<std::byte>& weights,
                            size_t row_bytes,
                            size_t rows,
                            const std::vector<float>& x,
                            size_t tokens) {
  const size_t cols = x.size() / tokens;
  Buffer packed(kernel.packed_bytes(tokens, cols));
  Buffer scratch(kernel.scratch_bytes(cols));
  std::vector<float> out(rows * tokens);
  kernel.pack({.x = x.data(),
               .x_stride = cols,
               .cols = cols,
               .tokens = tokens,
               .token_begin = 0,
               .token_end = tokens,
               .packed = packed.data()});
  kernel.run({.weights = weights.data(),
              .row_bytes = row_bytes,
              .cols = cols,
              .packed = packed.data(),
              .tokens = tokens,
              .out = out.data(),
              .out_stride = rows,
              .row_begin = 0,
              .row_end = rows,
              .scratch = scratch.data()});
  return out;
}

void check_matmul(Check& check, IsaSet isas) {
  for (const MatmulKernel& kernel : all_matmul_kernels()) {
    if (kernel.isa == Isa::kScalar || !isas.has(kernel.isa)) continue;
    const quant::Traits& type = quant::traits(kernel.weight);
    for (const size_t cols : {size_t{256}, size_t{1024}, size_t{768 + type.block_elements}}) {
      constexpr size_t kRows = 37;
      const size_t row_bytes = cols / type.block_elements * type.block_bytes;
      const std::vector<std::byte> weights =
          random_blocks(kernel.weight, kRows * cols / type.block_elements, type.block_bytes, 1);
      for (const size_t tokens : {size_t{1}, size_t{2}, size_t{3}, size_t{4}, size_t{5}, size_t{8},
                                  size_t{9}, size_t{31}}) {
        const std::vector<float> x = whole_numbers(tokens * cols);
        const std::vector<float> want =
            multiply(*choose_matmul(kernel.weight, cols, {}), weights, row_bytes, kRows, x, tokens);
        double highest = 0;
        for (const float v : want) highest = std::max(highest, double{std::abs(v)});
        check.compare(kernel.name, multiply(kernel, weights, row_bytes, kRows, x, tokens), want,
                      1e-5 * highest);
      }
    }
  }
}

std::vector<float> attend(const AttentionKernel& kernel,
                          uint32_t dim,
                          uint32_t history,
                          uint32_t tokens,
                          uint32_t window,
                          float softcap,
                          bool causal) {
  constexpr uint32_t kBlock = 16;
  constexpr uint32_t kHeads = 6;
  constexpr uint32_t kKvHeads = 2;
  const uint32_t positions = history + tokens;
  const uint32_t blocks = (positions + kBlock - 1) / kBlock;
  std::vector<int32_t> table(blocks);
  std::iota(table.rbegin(), table.rend(), 0);
  KvLayerView cache;
  cache.k_block_bytes = cache.v_block_bytes = kernel.row_bytes(dim) * kBlock * kKvHeads;
  Buffer k_memory(cache.k_block_bytes * blocks);
  Buffer v_memory(cache.v_block_bytes * blocks);
  cache.k = k_memory.data();
  cache.v = v_memory.data();
  cache.block_tokens = kBlock;
  cache.kv_heads = kKvHeads;
  cache.head_dim_k = cache.head_dim_v = dim;
  const size_t width = size_t{kKvHeads} * dim;
  const std::vector<float> k = random_row(positions * width, 1);
  const std::vector<float> v = random_row(positions * width, 2);
  kernel.store({.cache = cache,
                .block_table = table.data(),
                .k = k.data(),
                .v = v.data(),
                .k_stride = width,
                .v_stride = width,
                .tokens = positions,
                .first_position = 0});
  const size_t stride = size_t{kHeads} * dim;
  const std::vector<float> q = random_row(tokens * stride, 3);
  const std::vector<float> sinks = random_row(kHeads, 4);
  std::vector<float> out(tokens * stride);
  Buffer scratch(kernel.scratch_bytes(kHeads / kKvHeads, dim, dim, kBlock));
  kernel.run({.cache = cache,
              .block_table = table.data(),
              .q = q.data(),
              .out = out.data(),
              .q_stride = stride,
              .out_stride = stride,
              .tokens = tokens,
              .first_position = history,
              .keys = causal ? 0 : positions,
              .heads = kHeads,
              .kv_head_begin = 0,
              .kv_head_end = kKvHeads,
              .scale = 0.3F,
              .softcap = softcap,
              .window = window,
              .sinks = softcap > 0 ? sinks.data() : nullptr,
              .scratch = scratch.data()});
  return out;
}

void check_attention(Check& check, IsaSet isas) {
  for (const AttentionKernel& kernel : all_attention_kernels()) {
    if (kernel.isa == Isa::kScalar || !isas.has(kernel.isa)) continue;
    const AttentionKernel& scalar = *choose_attention(kernel.kv_type, {});
    for (const uint32_t dim : {8U, 64U, 80U, 100U, 128U}) {
      for (const uint32_t tokens : {1U, 2U, 17U}) {
        for (const uint32_t window : {0U, 24U}) {
          const float softcap = window == 0 ? 0.0F : 5.0F;
          check.compare(kernel.name, attend(kernel, dim, 45, tokens, window, softcap, true),
                        attend(scalar, dim, 45, tokens, window, softcap, true), 3e-6);
        }
        check.compare(kernel.name, attend(kernel, dim, 0, tokens, 0, 0.0F, false),
                      attend(scalar, dim, 0, tokens, 0, 0.0F, false), 3e-6);
      }
    }
  }
}

void check_vec(Check& check, IsaSet isas) {
  const VecKernels& scalar = choose_vec({});
  for (const VecKernels& kernels : all_vec_kernels()) {
    if (kernels.isa == Isa::kScalar || !isas.has(kernels.isa)) continue;
    for (const size_t n : {size_t{2}, size_t{15}, size_t{16}, size_t{33}, size_t{130}}) {
      std::vector<float> a = random_row(n, 1);
      for (float& x : a) x *= 6.0F;
      const std::vector<float> b = random_row(n, 2);
      const auto compare = [&](const char* what, auto run) {
        std::vector<float> got = a;
        std::vector<float> want = a;
        run(kernels, got.data());
        run(scalar, want.data());
        check.compare(what, got, want, 1e-5);
      };
      using V = VecKernels;
      const float* other = b.data();
      compare("rms_norm", [&](const V& v, float* x) { v.rms_norm(x, other, x, n, 1e-5F); });
      compare("layer_norm",
              [&](const V& v, float* x) { v.layer_norm(x, other, other, x, n, 1e-5F); });
      compare("add", [&](const V& v, float* x) { v.add(x, other, x, n); });
      compare("scale", [&](const V& v, float* x) { v.scale(x, n, 0.7F); });
      compare("axpy", [&](const V& v, float* x) { v.axpy(other, 0.7F, x, n); });
      compare("swiglu", [&](const V& v, float* x) { v.swiglu(x, other, x, n); });
      compare("geglu", [&](const V& v, float* x) { v.geglu(x, other, x, n); });
      compare("gelu", [&](const V& v, float* x) { v.gelu(x, x, n); });
      compare("tanh", [&](const V& v, float* x) { v.tanh(x, x, n); });
      compare("softmax", [&](const V& v, float* x) { v.softmax(x, n); });
      compare("rope_interleaved",
              [&](const V& v, float* x) { v.rope_interleaved(x, other, n / 2); });
      compare("rope_halves", [&](const V& v, float* x) { v.rope_halves(x, other, n / 2); });
    }
  }
}

}  // namespace
}  // namespace lar::kernels

int main() {
  const lar::IsaSet isas = lar::detect_isa();
  lar::kernels::Check check;
  lar::kernels::check_matmul(check, isas);
  lar::kernels::check_attention(check, isas);
  lar::kernels::check_vec(check, isas);
  return check.finish();
}

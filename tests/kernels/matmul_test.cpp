#include "kernels/matmul/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "kernels/support.h"
#include "quant/traits.h"

namespace lar::kernels {
namespace {

struct Matrix {
  size_t rows;
  size_t cols;
  size_t row_bytes;
  std::vector<std::byte> bytes;
  std::vector<float> values;
};

Matrix random_matrix(DType dtype, size_t rows, size_t cols, uint32_t seed) {
  const quant::Traits& type = quant::traits(dtype);
  Matrix m{rows, cols, cols / type.block_elements * type.block_bytes, {}, {}};
  m.bytes = random_blocks(dtype, rows * cols / type.block_elements, type.block_bytes, seed);
  m.values.resize(rows * cols);
  type.decode(m.bytes.data(), m.values.data(), m.values.size());
  return m;
}

bool quantizes(const MatmulKernel& kernel) {
  return kernel.name.find("_q8_") != std::string_view::npos &&
         kernel.name.find("_f32_") == std::string_view::npos;
}

// The activations as an int8 kernel sees them: blocks of 32, steps of 1/127 of the largest.
std::vector<float> quantized(std::vector<float> x, size_t stride, size_t cols) {
  for (size_t row = 0; row + cols <= x.size(); row += stride) {
    for (size_t k = row; k < row + cols; k += 32) {
      float highest = 0.0F;
      for (size_t i = k; i < k + 32; ++i) highest = std::max(highest, std::abs(x[i]));
      const float factor = 127.0F / highest;
      for (size_t i = k; i < k + 32; ++i) x[i] = std::rint(x[i] * factor) * (highest / 127.0F);
    }
  }
  return x;
}

class Matmul : public testing::TestWithParam<MatmulKernel> {
 protected:
  void SetUp() override { LAR_REQUIRE_ISA(GetParam().isa); }

  // Rows [begin, end) in pieces of `piece` (a multiple of the grain).
  void check(const Matrix& m, size_t tokens, size_t begin, size_t end);
};

void Matmul::check(const Matrix& m, size_t tokens, size_t begin, size_t end) {
  const MatmulKernel& kernel = GetParam();
  const size_t stride = m.cols + 7;
  const std::vector<float> x = random_row(tokens * stride, 99);
  Buffer packed(kernel.packed_bytes(tokens, m.cols));
  // In two calls, as two workers would.
  const size_t grain = kernel.token_grain;
  const size_t split = std::min(tokens, (tokens / 2 + grain - 1) / grain * grain);
  for (const auto& [from, to] : {std::pair{split, tokens}, std::pair{size_t{0}, split}}) {
    if (from == to) continue;
    kernel.pack({.x = x.data(),
                 .x_stride = stride,
                 .cols = m.cols,
                 .tokens = tokens,
                 .token_begin = from,
                 .token_end = to,
                 .packed = packed.data()});
  }
  const size_t out_stride = m.rows + 3;
  std::vector<float> out(tokens * out_stride, -77.0F);
  Buffer scratch(kernel.scratch_bytes(m.cols));
  kernel.run({.weights = m.bytes.data(),
              .row_bytes = m.row_bytes,
              .cols = m.cols,
              .packed = packed.data(),
              .tokens = tokens,
              .out = out.data(),
              .out_stride = out_stride,
              .row_begin = begin,
              .row_end = end,
              .scratch = scratch.data()});
  const std::vector<float> seen = quantizes(kernel) ? quantized(x, stride, m.cols) : x;
  const double bound = quantizes(kernel) ? 3e-6 : 1e-6;
  for (size_t t = 0; t < tokens; ++t) {
    const float* given = x.data() + t * stride;
    const float* kept = seen.data() + t * stride;
    double x_norm = 0;
    double lost = 0;
    for (size_t k = 0; k < m.cols; ++k) {
      x_norm += double{given[k]} * given[k];
      lost += (double{given[k]} - kept[k]) * (double{given[k]} - kept[k]);
    }
    // Eight bits cost no more than 0.5 % of an evenly spread input.
    ASSERT_LE(lost, 0.005 * 0.005 * x_norm);
    for (size_t r = 0; r < out_stride; ++r) {
      const float got = out[t * out_stride + r];
      if (r < begin || r >= end) {
        ASSERT_EQ(got, -77.0F) << "wrote row " << r << " of token " << t;
        continue;
      }
      double want = 0;
      double norm = 0;
      for (size_t k = 0; k < m.cols; ++k) {
        const double w = m.values[r * m.cols + k];
        want += w * kept[k];
        norm += w * w;
      }
      ASSERT_NEAR(got, want, bound * std::sqrt(norm * x_norm) + 1e-30)
          << "row " << r << " token " << t << " of " << m.rows << "x" << m.cols << "x" << tokens;
    }
  }
}

TEST_P(Matmul, Tokens) {
  const size_t block = quant::traits(GetParam().weight).block_elements;
  const Matrix m = random_matrix(GetParam().weight, 33, block == 1 ? 200 : 3 * 256, 1);
  for (size_t tokens = 1; tokens <= 40; ++tokens) check(m, tokens, 0, m.rows);
}

TEST_P(Matmul, Columns) {
  const size_t block = quant::traits(GetParam().weight).block_elements;
  for (const size_t blocks :
       std::initializer_list<size_t>{1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33}) {
    const Matrix m = random_matrix(GetParam().weight, 5, blocks * block, 2);
    for (const size_t tokens : std::initializer_list<size_t>{1, 2, 3, 7})
      check(m, tokens, 0, m.rows);
  }
}

TEST_P(Matmul, RowRanges) {
  const size_t block = quant::traits(GetParam().weight).block_elements;
  const size_t grain = GetParam().row_grain;
  const Matrix m = random_matrix(GetParam().weight, 3 * grain + 5, block == 1 ? 72 : 256, 3);
  for (const size_t tokens : std::initializer_list<size_t>{1, 2, 4, 9}) {
    check(m, tokens, 0, grain);
    check(m, tokens, grain, 3 * grain);
    check(m, tokens, 2 * grain, m.rows);
    check(m, tokens, 3 * grain, m.rows);
    check(m, tokens, grain, grain);
  }
}

TEST_P(Matmul, ManyTokens) {
  const Matrix m = random_matrix(GetParam().weight, 40, 1024, 4);
  check(m, GetParam().isa == Isa::kScalar ? 70 : 512, 0, m.rows);
}

INSTANTIATE_TEST_SUITE_P(Every,
                         Matmul,
                         testing::ValuesIn(all_matmul_kernels().begin(),
                                           all_matmul_kernels().end()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(MatmulChoice, TakesTheLastCompiledSetThatTheMachineRuns) {
  EXPECT_EQ(choose_matmul(DType::kI32, 256, {}), nullptr);
  IsaSet all;
  all.bits = ~0U;
  const Isa best = all_matmul_kernels().back().isa;
  for (const quant::Traits& type : quant::all_traits()) {
    if (type.decode == nullptr) continue;
    SCOPED_TRACE(type.name);
    ASSERT_NE(choose_matmul(type.dtype, 256, {}), nullptr);
    EXPECT_EQ(choose_matmul(type.dtype, 256, {})->isa, Isa::kScalar);
    EXPECT_EQ(choose_matmul(type.dtype, 256, all)->isa, best);
    EXPECT_EQ(choose_matmul(type.dtype, 256, all)->weight, type.dtype);
  }
}

TEST(MatmulTable, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const MatmulKernel& kernel : all_matmul_kernels()) {
    EXPECT_TRUE(names.insert(kernel.name).second) << kernel.name;
  }
}

}  // namespace
}  // namespace lar::kernels

// Every format through its scalar decoder and a float product: runs anywhere, and is what the
// other kernels are compared with.
#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/matmul/tables.h"
#include "quant/traits.h"

namespace lar::kernels {
namespace {

constexpr size_t kChunk = 256;  // columns decoded at a time: a multiple of every block

size_t packed_bytes(size_t tokens, size_t cols) {
  return tokens * cols * sizeof(float);
}

size_t scratch_bytes(size_t /*cols*/) {
  return kChunk * sizeof(float);
}

void pack(const PackCall& call) {
  for (size_t t = call.token_begin; t < call.token_end; ++t) {
    std::memcpy(call.packed + t * call.cols * sizeof(float), call.x + t * call.x_stride,
                call.cols * sizeof(float));
  }
}

float dot(const float* a, const float* b, size_t count) {
  std::array<float, 8> sums = {};
  size_t i = 0;
  for (; i + sums.size() <= count; i += sums.size()) {
    for (size_t j = 0; j < sums.size(); ++j) sums[j] += a[i + j] * b[i + j];
  }
  float sum = 0.0F;
  for (; i < count; ++i) sum += a[i] * b[i];
  for (const float part : sums) sum += part;
  return sum;
}

template <DType weight>
void run(const MatmulCall& call) {
  const quant::Traits& type = quant::traits(weight);
  auto* row = reinterpret_cast<float*>(call.scratch);
  const auto* x = reinterpret_cast<const float*>(call.packed);
  for (size_t r = call.row_begin; r < call.row_end; ++r) {
    const std::byte* blocks = call.weights + r * call.row_bytes;
    for (size_t t = 0; t < call.tokens; ++t) call.out[t * call.out_stride + r] = 0.0F;
    for (size_t k = 0; k < call.cols; k += kChunk) {
      const size_t count = std::min(kChunk, call.cols - k);
      type.decode(blocks + k / type.block_elements * type.block_bytes, row, count);
      for (size_t t = 0; t < call.tokens; ++t) {
        call.out[t * call.out_stride + r] += dot(row, x + t * call.cols + k, count);
      }
    }
  }
}

template <DType weight>
constexpr MatmulRow scalar_row(const char* name) {
  return {.name = name,
          .weight = weight,
          .packing = "rows",
          .packed_bytes = packed_bytes,
          .scratch_bytes = scratch_bytes,
          .pack = pack,
          .run = run<weight>};
}

constexpr std::array kRows = {
    scalar_row<DType::kF32>("matmul_f32_f32_scalar"),
    scalar_row<DType::kF16>("matmul_f16_f32_scalar"),
    scalar_row<DType::kBF16>("matmul_bf16_f32_scalar"),
    scalar_row<DType::kQ4_0>("matmul_q4_0_f32_scalar"),
    scalar_row<DType::kQ4_1>("matmul_q4_1_f32_scalar"),
    scalar_row<DType::kQ5_0>("matmul_q5_0_f32_scalar"),
    scalar_row<DType::kQ5_1>("matmul_q5_1_f32_scalar"),
    scalar_row<DType::kQ8_0>("matmul_q8_0_f32_scalar"),
    scalar_row<DType::kQ2_K>("matmul_q2_k_f32_scalar"),
    scalar_row<DType::kQ3_K>("matmul_q3_k_f32_scalar"),
    scalar_row<DType::kQ4_K>("matmul_q4_k_f32_scalar"),
    scalar_row<DType::kQ5_K>("matmul_q5_k_f32_scalar"),
    scalar_row<DType::kQ6_K>("matmul_q6_k_f32_scalar"),
    scalar_row<DType::kIQ1_S>("matmul_iq1_s_f32_scalar"),
    scalar_row<DType::kIQ1_M>("matmul_iq1_m_f32_scalar"),
    scalar_row<DType::kIQ2_XXS>("matmul_iq2_xxs_f32_scalar"),
    scalar_row<DType::kIQ2_XS>("matmul_iq2_xs_f32_scalar"),
    scalar_row<DType::kIQ2_S>("matmul_iq2_s_f32_scalar"),
    scalar_row<DType::kIQ3_XXS>("matmul_iq3_xxs_f32_scalar"),
    scalar_row<DType::kIQ3_S>("matmul_iq3_s_f32_scalar"),
    scalar_row<DType::kIQ4_NL>("matmul_iq4_nl_f32_scalar"),
    scalar_row<DType::kIQ4_XS>("matmul_iq4_xs_f32_scalar"),
    scalar_row<DType::kMXFP4>("matmul_mxfp4_f32_scalar"),
    scalar_row<DType::kTQ1_0>("matmul_tq1_0_f32_scalar"),
    scalar_row<DType::kTQ2_0>("matmul_tq2_0_f32_scalar"),
};

}  // namespace

const MatmulRows kMatmulScalar = {kRows.data(), kRows.size()};

}  // namespace lar::kernels

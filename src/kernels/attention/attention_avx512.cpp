#include "kernels/simd/avx512.h"

#include "kernels/attention/attention_body.h"
#include "kernels/attention/tables.h"

namespace lar::kernels {
namespace {

constexpr AttentionRow kRows[] = {
    attention_row<F32Elements>("attention_f32_avx512"),
    attention_row<F16Elements>("attention_f16_avx512"),
    attention_row<Q8Elements>("attention_q8_0_avx512"),
};

}  // namespace

const AttentionRows kAttentionAvx512 = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace lar::kernels

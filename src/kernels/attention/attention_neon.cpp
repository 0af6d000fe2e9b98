#include "kernels/simd/neon.h"

#include "kernels/attention/attention_body.h"
#include "kernels/attention/tables.h"

namespace lar::kernels {
namespace {

constexpr AttentionRow kRows[] = {
    attention_row<F32Elements>("attention_f32_neon"),
    attention_row<F16Elements>("attention_f16_neon"),
    attention_row<Q8Elements>("attention_q8_0_neon"),
};

}  // namespace

const AttentionRows kAttentionNeon = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace lar::kernels

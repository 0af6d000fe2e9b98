// The rows of a vector instruction set's table, named with it.
#pragma once

#include "kernels/matmul/product_bytes.h"
#include "kernels/matmul/product_floats.h"

#define LAR_MATMUL_FLOATS(format, name, isa) \
  floats_row<format>("matmul_" name "_f32_" isa, "f32_" isa)
#define LAR_MATMUL_BYTES(format, name, isa)    \
  bytes_row<format>("matmul_" name "_q8_" isa, \
                    format::kGroup == 16 ? "q8_by_16_" isa : "q8_by_32_" isa)

#define LAR_MATMUL_ROWS(isa)                                                            \
  LAR_MATMUL_FLOATS(F32Weights, "f32", isa), LAR_MATMUL_FLOATS(F16Weights, "f16", isa), \
      LAR_MATMUL_FLOATS(BF16Weights, "bf16", isa), LAR_MATMUL_BYTES(Q8_0, "q8_0", isa), \
      LAR_MATMUL_BYTES(Q4_0, "q4_0", isa), LAR_MATMUL_BYTES(Q4_1, "q4_1", isa),         \
      LAR_MATMUL_BYTES(Q5_0, "q5_0", isa), LAR_MATMUL_BYTES(Q5_1, "q5_1", isa),         \
      LAR_MATMUL_BYTES(Q2_K, "q2_k", isa), LAR_MATMUL_BYTES(Q3_K, "q3_k", isa),         \
      LAR_MATMUL_BYTES(Q4_K, "q4_k", isa), LAR_MATMUL_BYTES(Q5_K, "q5_k", isa),         \
      LAR_MATMUL_BYTES(Q6_K, "q6_k", isa), LAR_MATMUL_BYTES(IQ1_S, "iq1_s", isa),       \
      LAR_MATMUL_BYTES(IQ1_M, "iq1_m", isa), LAR_MATMUL_BYTES(IQ2_XXS, "iq2_xxs", isa), \
      LAR_MATMUL_BYTES(IQ2_XS, "iq2_xs", isa), LAR_MATMUL_BYTES(IQ2_S, "iq2_s", isa),   \
      LAR_MATMUL_BYTES(IQ3_XXS, "iq3_xxs", isa), LAR_MATMUL_BYTES(IQ3_S, "iq3_s", isa), \
      LAR_MATMUL_BYTES(IQ4_NL, "iq4_nl", isa), LAR_MATMUL_BYTES(IQ4_XS, "iq4_xs", isa), \
      LAR_MATMUL_BYTES(MXFP4, "mxfp4", isa), LAR_MATMUL_BYTES(TQ1_0, "tq1_0", isa),     \
      LAR_MATMUL_BYTES(TQ2_0, "tq2_0", isa)

// Bound by sdot: 16 multiply-adds an instruction.
#include <arm_neon.h>
#include <stdint.h>

#include "kernels/probe/tables.h"

namespace lar::kernels {

uint64_t probe_neon(uint64_t rounds) {
  constexpr int kAccumulators = 16;
  int32x4_t sums_i32x4[kAccumulators] = {};
  const int8x16_t a_i8x16 = vdupq_n_s8(1);
  const int8x16_t b_i8x16 = vdupq_n_s8(1);
  for (uint64_t round = 0; round < rounds; ++round) {
    for (auto& sum : sums_i32x4) {
      sum = vdotq_s32(sum, a_i8x16, b_i8x16);
      asm volatile("" : "+w"(sum));
    }
  }
  return rounds * kAccumulators * 16 * 2;
}

}  // namespace lar::kernels

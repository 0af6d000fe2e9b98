// Bound by vpdpbusd: 64 multiply-adds an instruction, two a cycle on Zen 5, one on Zen 4 and Xeon.
#include <immintrin.h>
#include <stdint.h>

#include "kernels/probe/tables.h"

namespace lar::kernels {

uint64_t probe_avx512(uint64_t rounds) {
  constexpr int kAccumulators = 16;
  __m512i sums_i32x16[kAccumulators] = {};
  const __m512i a_u8x64 = _mm512_set1_epi8(1);
  const __m512i b_i8x64 = _mm512_set1_epi8(1);
  for (uint64_t round = 0; round < rounds; ++round) {
    for (auto& sum : sums_i32x16) {
      sum = _mm512_dpbusd_epi32(sum, a_u8x64, b_i8x64);
      asm volatile("" : "+v"(sum));
    }
  }
  return rounds * kAccumulators * 64 * 2;
}

}  // namespace lar::kernels

// Bound by vpmaddubsw and vpmaddwd: 32 multiply-adds in three instructions with the sum.
#include <immintrin.h>
#include <stdint.h>

#include "kernels/probe/tables.h"

namespace lar::kernels {

uint64_t probe_avx2(uint64_t rounds) {
  constexpr int kAccumulators = 8;
  __m256i sums_i32x8[kAccumulators] = {};
  __m256i a_u8x32 = _mm256_set1_epi8(1);
  const __m256i b_i8x32 = _mm256_set1_epi8(1);
  const __m256i ones_i16x16 = _mm256_set1_epi16(1);
  for (uint64_t round = 0; round < rounds; ++round) {
    for (auto& sum : sums_i32x8) {
      asm volatile("" : "+x"(a_u8x32));
      const __m256i pairs_i16x16 = _mm256_maddubs_epi16(a_u8x32, b_i8x32);
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs_i16x16, ones_i16x16));
      asm volatile("" : "+x"(sum));
    }
  }
  return rounds * kAccumulators * 32 * 2;
}

}  // namespace lar::kernels

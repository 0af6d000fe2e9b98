// Whatever the compiler makes of plain multiply-adds on the processor's baseline.
#include <stdint.h>

#include "kernels/probe/tables.h"

namespace lar::kernels {

uint64_t probe_scalar(uint64_t rounds) {
  constexpr int kAccumulators = 16;
  int32_t sums[kAccumulators] = {};
  int32_t a = 1;
  for (uint64_t round = 0; round < rounds; ++round) {
    asm volatile("" : "+r"(a));
    for (auto& sum : sums) {
      sum += a * a;
      asm volatile("" : "+r"(sum));
    }
  }
  return rounds * kAccumulators * 2;
}

}  // namespace lar::kernels

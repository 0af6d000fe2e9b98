// What the files of the instruction sets export; those that are not built are never named.
#pragma once

#include <stdint.h>

namespace lar::kernels {

uint64_t probe_scalar(uint64_t rounds);
uint64_t probe_avx2(uint64_t rounds);
uint64_t probe_avx512(uint64_t rounds);
uint64_t probe_neon(uint64_t rounds);

}  // namespace lar::kernels

// The peak of int8 multiply-adds: a loop of independent accumulators in registers, nothing else.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace lar::kernels {

struct Probe {
  Isa isa = Isa::kScalar;
  // Runs `rounds` rounds and returns the operations done (a multiply and an add count as two).
  uint64_t (*run)(uint64_t rounds) = nullptr;
};

// The probe of the best instruction that `isas` can run. Pure.
const Probe& choose_probe(IsaSet isas);

}  // namespace lar::kernels

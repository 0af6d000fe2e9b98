// What the processor can do and how many cores there are; read once, passed by value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar {

// Instruction sets that kernels are written for, in rising order of preference per family.
// kScalar always exists.
enum class Isa : uint8_t { kScalar, kAvx2, kAvx512, kNeon, kI8mm };

std::string_view isa_name(Isa isa);

// The sets this machine runs, as a bit per Isa. A pure value: tests make their own.
struct IsaSet {
  uint32_t bits = 1U << static_cast<unsigned>(Isa::kScalar);

  bool has(Isa isa) const { return (bits >> static_cast<unsigned>(isa) & 1U) != 0; }
  void add(Isa isa) { bits |= 1U << static_cast<unsigned>(isa); }
};

// Asks the processor and the operating system.
IsaSet detect_isa();

// Narrows `detected` to `forced` and scalar ("scalar", "avx2", ...; LAR_ISA). Errors:
// invalid_argument for an unknown name, unsupported where the machine lacks it.
Result<IsaSet> force_isa(IsaSet detected, std::string_view forced);

// Processors this process may run on (affinity mask), at least 1.
int available_cpus();

// The processor that this thread is on at the moment, -1 where the system does not tell.
int current_cpu();

// Model name for reports ("AMD EPYC ..."), or "unknown".
std::string cpu_model();

}  // namespace lar

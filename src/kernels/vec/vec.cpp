#include "kernels/vec/vec.h"

#include <array>

#include "kernels/vec/tables.h"

namespace lar::kernels {
namespace {

// In rising order of preference.
const auto& table() {
  static const std::array kTable = {
#define LAR_ISA(name, Name) VecKernels{kVec##Name, "vec_" #name, Isa::k##Name},
#include "kernels/compiled_isas.inc"
#undef LAR_ISA
  };
  return kTable;
}

}  // namespace

std::span<const VecKernels> all_vec_kernels() {
  return table();
}

const VecKernels& choose_vec(IsaSet isas) {
  const VecKernels* best = &table().front();
  for (const VecKernels& kernels : table()) {
    if (isas.has(kernels.isa)) best = &kernels;
  }
  return *best;
}

}  // namespace lar::kernels

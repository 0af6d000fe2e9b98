// Row operations on floats: norms, activations, rotary embedding. One table an instruction set.
#pragma once

#include <span>
#include <string_view>

#include "base/cpu.h"
#include "kernels/vec/functions.h"

namespace lar::kernels {

struct VecKernels : VecFunctions {
  std::string_view name;  // vec_<isa>
  Isa isa = Isa::kScalar;
};

std::span<const VecKernels> all_vec_kernels();

// The best table that `isas` can run; scalar always exists. Pure.
const VecKernels& choose_vec(IsaSet isas);

}  // namespace lar::kernels

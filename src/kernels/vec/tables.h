// The tables that the files of this family export, one an instruction set.
#pragma once

#include "kernels/vec/functions.h"

namespace lar::kernels {

extern const VecFunctions kVecScalar;
extern const VecFunctions kVecAvx2;
extern const VecFunctions kVecAvx512;
extern const VecFunctions kVecNeon;

}  // namespace lar::kernels

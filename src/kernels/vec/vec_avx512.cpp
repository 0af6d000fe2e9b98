#include "kernels/simd/avx512.h"

#include "kernels/vec/tables.h"
#include "kernels/vec/vec_body.h"

namespace lar::kernels {

const VecFunctions kVecAvx512 = kFunctions;

}  // namespace lar::kernels

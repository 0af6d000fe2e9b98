#include "kernels/simd/avx2.h"

#include "kernels/vec/tables.h"
#include "kernels/vec/vec_body.h"

namespace lar::kernels {

const VecFunctions kVecAvx2 = kFunctions;

}  // namespace lar::kernels

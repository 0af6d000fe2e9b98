#include "kernels/simd/neon.h"

#include "kernels/vec/tables.h"
#include "kernels/vec/vec_body.h"

namespace lar::kernels {

const VecFunctions kVecNeon = kFunctions;

}  // namespace lar::kernels

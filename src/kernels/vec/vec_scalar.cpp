#include "kernels/simd/scalar.h"

#include "kernels/vec/tables.h"
#include "kernels/vec/vec_body.h"

namespace lar::kernels {

const VecFunctions kVecScalar = kFunctions;

}  // namespace lar::kernels

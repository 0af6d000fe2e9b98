#include "kernels/simd/avx2.h"

#include "kernels/matmul/rows.h"
#include "kernels/matmul/tables.h"

namespace lar::kernels {
namespace {

constexpr MatmulRow kRows[] = {LAR_MATMUL_ROWS("avx2")};

}  // namespace

const MatmulRows kMatmulAvx2 = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace lar::kernels

#include "kernels/simd/avx512.h"

#include "kernels/matmul/rows.h"
#include "kernels/matmul/tables.h"

namespace lar::kernels {
namespace {

constexpr MatmulRow kRows[] = {LAR_MATMUL_ROWS("avx512")};

}  // namespace

const MatmulRows kMatmulAvx512 = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace lar::kernels

#include "kernels/simd/neon.h"

#include "kernels/matmul/rows.h"
#include "kernels/matmul/tables.h"

namespace lar::kernels {
namespace {

constexpr MatmulRow kRows[] = {LAR_MATMUL_ROWS("neon")};

}  // namespace

const MatmulRows kMatmulNeon = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace lar::kernels

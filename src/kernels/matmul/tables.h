// The tables that the files of this family export, one an instruction set.
#pragma once

#include "kernels/matmul/call.h"

namespace lar::kernels {

extern const MatmulRows kMatmulScalar;
extern const MatmulRows kMatmulAvx2;
extern const MatmulRows kMatmulAvx512;
extern const MatmulRows kMatmulNeon;

}  // namespace lar::kernels

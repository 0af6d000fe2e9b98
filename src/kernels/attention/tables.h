// The tables that the files of this family export, one an instruction set.
#pragma once

#include "kernels/attention/call.h"

namespace lar::kernels {

extern const AttentionRows kAttentionScalar;
extern const AttentionRows kAttentionAvx2;
extern const AttentionRows kAttentionAvx512;
extern const AttentionRows kAttentionNeon;

}  // namespace lar::kernels

// Each family registers one benchmark for every kernel of its table that this machine can run.
#pragma once

#include "base/cpu.h"

namespace lar::kernels {

void register_matmul(IsaSet isas);
void register_attention(IsaSet isas);
void register_vec(IsaSet isas);

}  // namespace lar::kernels

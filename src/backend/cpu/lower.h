// Turns a program's ops into compiled CPU ops, fused where a worker can finish its own rows: norm +
// matrices of one input + GLU or GELU + residual; head norms + RoPE + attention.
#pragma once

#include <vector>

#include "backend/cpu/ops/ops.h"

namespace lar::backend {

// `kv_layers` has the cache of each layer (with null memory when only a plan is wanted).
Result<std::vector<OpPtr>> lower(const Lowering& lowering,
                                 const kernels::AttentionKernel& attention,
                                 const std::vector<kernels::KvLayerView>& kv_layers);

}  // namespace lar::backend

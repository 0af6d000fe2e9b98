// Attention over the paged KV cache for the queries of one sequence and some KV heads: the
// interface of the family and the choice of a kernel. Softmax runs over the keys once (online
// maximum and sum), in float.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/cpu.h"
#include "kernels/attention/call.h"
#include "tensor/dtype.h"

namespace lar::kernels {

struct AttentionKernel {
  std::string_view name;  // attention_<kv type>_<isa>
  Isa isa = Isa::kScalar;
  DType kv_type = DType::kF16;
  // Work is best split at multiples of this many queries.
  uint32_t query_tile = 1;
  // Bytes of `cols` cached elements of one head (a row of K or V).
  size_t (*row_bytes)(size_t cols) = nullptr;
  size_t (*scratch_bytes)(uint32_t heads_per_kv,
                          uint32_t head_dim_k,
                          uint32_t head_dim_v,
                          uint32_t block_tokens) = nullptr;
  void (*store)(const KvStoreCall& call) = nullptr;
  void (*run)(const AttentionCall& call) = nullptr;
};

std::span<const AttentionKernel> all_attention_kernels();

// nullptr where no kernel reads that cache type. Pure.
const AttentionKernel* choose_attention(DType kv_type, IsaSet isas);

}  // namespace lar::kernels

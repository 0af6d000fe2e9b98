// The arguments of attention kernels: plain data, for the files that are built with options of an
// instruction set and may include nothing that brings inline functions along.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/dtype.h"

namespace lar::kernels {

// One layer's cache. Block b holds `block_tokens` positions of all KV heads:
//   K at k + b * k_block_bytes: [kv_heads, block_tokens, head_dim_k] elements of k_type
//   V at v + b * v_block_bytes: [kv_heads, block_tokens, head_dim_v] elements of v_type
struct KvLayerView {
  std::byte* k = nullptr;
  std::byte* v = nullptr;
  size_t k_block_bytes = 0;
  size_t v_block_bytes = 0;
  uint32_t block_tokens = 0;
  uint32_t kv_heads = 0;
  uint32_t head_dim_k = 0;
  uint32_t head_dim_v = 0;
};

// Writes k[t] and v[t] of `tokens` consecutive positions from `first_position` on.
struct KvStoreCall {
  KvLayerView cache;
  const int32_t* block_table =
      nullptr;               // of the sequence: position p is in block_table[p / block_tokens]
  const float* k = nullptr;  // [tokens, kv_heads * head_dim_k]
  const float* v = nullptr;  // [tokens, kv_heads * head_dim_v]
  size_t k_stride = 0;       // floats from one token to the next
  size_t v_stride = 0;
  uint32_t tokens = 0;
  uint32_t first_position = 0;
};

// out[t, h] = softmax(scale * q[t, h] . K[0..p]) V[0..p] for p = first_position + t, causal; or
// over all of K[0..keys).
struct AttentionCall {
  KvLayerView cache;
  const int32_t* block_table = nullptr;
  const float* q = nullptr;  // [tokens, heads * head_dim_k]
  float* out = nullptr;      // [tokens, heads * head_dim_v]
  size_t q_stride = 0;       // floats from one token to the next
  size_t out_stride = 0;
  uint32_t tokens = 0;          // consecutive query positions
  uint32_t first_position = 0;  // of query 0
  uint32_t keys = 0;            // > 0: each query sees this many positions; then no window
  uint32_t heads = 0;           // query heads; heads / kv_heads share a KV head
  uint32_t kv_head_begin = 0;   // this call does KV heads [begin, end) and their query heads
  uint32_t kv_head_end = 0;
  float scale = 1.0F;
  float softcap = 0.0F;  // > 0: logits become softcap * tanh(logit / softcap)
  uint32_t window = 0;   // > 0: a query sees only the last `window` positions, its own included
  const float* sinks = nullptr;  // [heads] or null: an extra logit a head that takes no value
  std::byte* scratch = nullptr;  // scratch_bytes(...) of this worker, 64-byte aligned
};

// One kernel as its instruction set's file exports it.
struct AttentionRow {
  const char* name = nullptr;  // attention_<kv type>_<isa>
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

struct AttentionRows {
  const AttentionRow* rows = nullptr;
  size_t count = 0;
};

}  // namespace lar::kernels

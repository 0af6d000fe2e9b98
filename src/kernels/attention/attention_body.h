// Attention over the vectors of one instruction set. The queries of one KV head that share keys
// (a tile of tokens times the query heads of that KV head) are the rows of two small matrix
// products over blocks of keys: scores = Q K^T, with K transposed into scratch, and out += P V.
// So a cached row is read and converted once for all its query heads. Bound by memory for one
// token, by the float multiply-add for many.
#pragma once

#include "kernels/attention/call.h"
#include "kernels/simd/math.h"
#include "kernels/simd/product.h"

namespace lar::kernels {
namespace {

constexpr size_t kQueryTile = 16;
constexpr size_t kKeyBlock = 32;  // keys a round; a multiple of kLanes
constexpr float kMinusInfinity = -__builtin_inff();

constexpr size_t round_up(size_t n, size_t step) {
  return (n + step - 1) / step * step;
}

// How cached rows are stored. `load` gives elements [at, at + count) as floats, zeros beyond.

struct F32Elements {
  static constexpr DType kType = DType::kF32;
  static constexpr size_t row_bytes(size_t cols) { return 4 * cols; }
  static LAR_SIMD Floats load_at(const uint8_t* row, size_t at, size_t count) {
    const float* p = reinterpret_cast<const float*>(row) + at;
    return count == kLanes ? load(p) : load_n(p, count);
  }
  static void store_row(uint8_t* row, const float* x, size_t cols) {
    memcpy(row, x, cols * sizeof(float));
  }
};

struct F16Elements {
  static constexpr DType kType = DType::kF16;
  static constexpr size_t row_bytes(size_t cols) { return 2 * cols; }
  static LAR_SIMD Floats load_at(const uint8_t* row, size_t at, size_t count) {
    if (count == kLanes) return load_f16(row + 2 * at);
    uint8_t part[2 * kLanes] = {};
    memcpy(part, row + 2 * at, 2 * count);
    return load_f16(part);
  }
  static void store_row(uint8_t* row, const float* x, size_t cols) {
    size_t i = 0;
    for (; i + kLanes <= cols; i += kLanes) store_f16(row + 2 * i, load(x + i));
    if (i < cols) {
      uint8_t part[2 * kLanes];
      store_f16(part, load_n(x + i, cols - i));
      memcpy(row + 2 * i, part, 2 * (cols - i));
    }
  }
};

// Blocks of 32 as in GGUF's Q8_0; the last block of a row is padded with zeros.
struct Q8Elements {
  static constexpr DType kType = DType::kQ8_0;
  static constexpr size_t kBlock = 32;
  static constexpr size_t kBytes = 34;
  static constexpr size_t row_bytes(size_t cols) { return (cols + kBlock - 1) / kBlock * kBytes; }
  static LAR_SIMD Floats load_at(const uint8_t* row, size_t at, size_t) {
    const uint8_t* block = row + at / kBlock * kBytes;
    return mul(load_i8(block + 2 + at % kBlock), set1(load_half(block)));
  }
  static void store_row(uint8_t* row, const float* x, size_t cols) {
    for (size_t i = 0; i < cols; i += kBlock) {
      float part[kBlock] = {};
      memcpy(part, x + i, (cols - i < kBlock ? cols - i : kBlock) * sizeof(float));
      const Floats a = load(part);
      const Floats b = load(part + kLanes);
      const float highest = reduce_max(max(max(a, sub(zero(), a)), max(b, sub(zero(), b))));
      uint8_t* block = row + i / kBlock * kBytes;
      store_half(block, highest / 127.0F);
      const Floats factor = set1(highest > 1e-30F ? 127.0F / highest : 0.0F);
      store_i8(block + 2, round(mul(a, factor)));
      store_i8(block + 2 + kLanes, round(mul(b, factor)));
    }
  }

 private:
  static LAR_SIMD float load_half(const uint8_t* p) {
    uint8_t part[2 * kLanes] = {};
    memcpy(part, p, 2);
    float out[kLanes];
    store(out, load_f16(part));
    return out[0];
  }
  static LAR_SIMD void store_half(uint8_t* p, float x) {
    uint8_t part[2 * kLanes];
    store_f16(part, set1(x));
    memcpy(p, part, 2);
  }
};

// Where the pieces of a worker's scratch stand, in floats.
struct Layout {
  size_t rows;     // of a full tile
  size_t dim_v;    // padded to vectors
  size_t query;    // [rows, head_dim_k], scaled
  size_t keys;     // [round_up(head_dim_k), kKeyBlock]
  size_t values;   // [kKeyBlock, dim_v]
  size_t scores;   // [rows, kKeyBlock]
  size_t out;      // [rows, dim_v]
  size_t highest;  // [rows]
  size_t sum;      // [rows]
  size_t total;

  Layout(size_t heads_per_kv, size_t head_dim_k, size_t head_dim_v) {
    rows = kQueryTile * heads_per_kv;
    dim_v = round_up(head_dim_v, kLanes);
    size_t at = 0;
    const auto take = [&](size_t floats) {
      const size_t here = at;
      at += round_up(floats, kLanes);
      return here;
    };
    query = take(rows * head_dim_k);
    keys = take(round_up(head_dim_k, kLanes) * kKeyBlock);
    values = take(kKeyBlock * dim_v);
    scores = take(rows * kKeyBlock);
    out = take(rows * dim_v);
    highest = take(rows);
    sum = take(rows);
    total = at;
  }
};

inline size_t attention_scratch(uint32_t heads_per_kv,
                                uint32_t head_dim_k,
                                uint32_t head_dim_v,
                                uint32_t /*block_tokens*/) {
  return Layout(heads_per_kv, head_dim_k, head_dim_v).total * sizeof(float);
}

// The cached rows of one KV head, found through the block table.
struct Rows {
  const uint8_t* base;
  size_t block_bytes;
  size_t head_offset;
  size_t row_bytes;
  const int32_t* table;
  size_t block_tokens;

  // Pointers to `count` rows from a position on; the rest of `row` repeats the last one.
  LAR_SIMD void find(size_t position, size_t count, const uint8_t* row[kKeyBlock]) const {
    size_t block = position / block_tokens;
    size_t slot = position - block * block_tokens;
    for (size_t i = 0; i < count; ++i) {
      row[i] =
          base + static_cast<size_t>(table[block]) * block_bytes + head_offset + slot * row_bytes;
      if (++slot == block_tokens) {
        slot = 0;
        ++block;
      }
    }
    for (size_t i = count; i < kKeyBlock; ++i) row[i] = row[count - 1];
  }
};

// Fetches the rows of the next block of keys while this one is worked on.
LAR_SIMD void fetch_next(const Rows& rows, size_t first, size_t end) {
  if (first >= end) return;
  const uint8_t* row[kKeyBlock];
  rows.find(first, end - first < kKeyBlock ? end - first : kKeyBlock, row);
  for (const uint8_t* p : row) {
    for (size_t at = 0; at < rows.row_bytes; at += 64) prefetch(p + at);
  }
}

template <typename Elements>
LAR_NOINLINE void transpose_keys(
    const Rows& rows, size_t first, size_t count, size_t dim, float* out) {
  const uint8_t* row[kKeyBlock];
  rows.find(first, count, row);
  const auto part = [&](size_t d, size_t elements) {
    for (size_t group = 0; group < kKeyBlock; group += kLanes) {
      Floats tile[kLanes];
      for (size_t i = 0; i < kLanes; ++i) tile[i] = Elements::load_at(row[group + i], d, elements);
      transpose(tile);
      for (size_t i = 0; i < kLanes; ++i) store(out + (d + i) * kKeyBlock + group, tile[i]);
    }
  };
  size_t d = 0;
  for (; d + kLanes <= dim; d += kLanes) part(d, kLanes);
  if (d < dim) part(d, dim - d);
}

template <typename Elements>
LAR_NOINLINE void convert_values(
    const Rows& rows, size_t first, size_t count, size_t dim, size_t stride, float* out) {
  const uint8_t* row[kKeyBlock];
  rows.find(first, count, row);
  for (size_t i = 0; i < count; ++i) {
    size_t d = 0;
    for (; d + kLanes <= dim; d += kLanes) {
      store(out + i * stride + d, Elements::load_at(row[i], d, kLanes));
    }
    if (d < dim) store(out + i * stride + d, Elements::load_at(row[i], d, dim - d));
  }
}

// The running softmax of one row: its scores become weights, its sums are rescaled. `visible` is
// the part [begin, end) of the block that the row may see.
LAR_SIMD void soften(float* scores,
                     size_t begin,
                     size_t end,
                     float softcap,
                     float* highest,
                     float* sum,
                     float* out,
                     size_t dim_v) {
  if (softcap > 0.0F) {
    const Floats inverse = set1(1.0F / softcap);
    const Floats cap = set1(softcap);
    for (size_t i = 0; i < kKeyBlock; i += kLanes) {
      store(scores + i, mul(tanh(mul(load(scores + i), inverse)), cap));
    }
  }
  for (size_t i = 0; i < begin; ++i) scores[i] = kMinusInfinity;
  for (size_t i = end; i < kKeyBlock; ++i) scores[i] = kMinusInfinity;
  Floats top = set1(*highest);
  for (size_t i = 0; i < kKeyBlock; i += kLanes) top = max(top, load(scores + i));
  const float now = reduce_max(top);
  const Floats offset = set1(now);
  Floats total = zero();
  for (size_t i = 0; i < kKeyBlock; i += kLanes) {
    const Floats weight = exp(sub(load(scores + i), offset));
    total = add(total, weight);
    store(scores + i, weight);
  }
  if (now > *highest) {
    // Before the first key the sums are zero and the factor is e^-inf = 0.
    float factor_lanes[kLanes];
    store(factor_lanes, exp(set1(*highest - now)));
    const float factor = factor_lanes[0];
    *sum *= factor;
    for (size_t d = 0; d < dim_v; d += kLanes) store(out + d, mul(load(out + d), set1(factor)));
    *highest = now;
  }
  *sum += reduce_add(total);
}

template <typename Elements>
inline void attend_tile(const AttentionCall& call,
                        const Rows& keys,
                        const Rows& values,
                        size_t kv_head,
                        size_t token_begin,
                        size_t tokens) {
  const KvLayerView& cache = call.cache;
  const size_t group = call.heads / cache.kv_heads;
  const size_t dim_k = cache.head_dim_k;
  const size_t dim_v = cache.head_dim_v;
  const Layout layout(group, dim_k, dim_v);
  float* scratch = reinterpret_cast<float*>(call.scratch);
  float* query = scratch + layout.query;
  float* scores = scratch + layout.scores;
  float* out = scratch + layout.out;
  float* highest = scratch + layout.highest;
  float* sum = scratch + layout.sum;
  const size_t rows = tokens * group;

  // Row t * group + j is query head j of token t.
  for (size_t r = 0; r < rows; ++r) {
    const float* q =
        call.q + (token_begin + r / group) * call.q_stride + (kv_head * group + r % group) * dim_k;
    for (size_t d = 0; d < dim_k; ++d) query[r * dim_k + d] = q[d] * call.scale;
    highest[r] = kMinusInfinity;
    sum[r] = 0.0F;
  }
  memset(out, 0, rows * layout.dim_v * sizeof(float));

  const size_t first_query = call.first_position + token_begin;
  const size_t end = call.keys > 0 ? call.keys : first_query + tokens;
  const size_t window = call.window == 0 ? end : call.window;
  const size_t begin = first_query + 1 > window ? first_query + 1 - window : 0;
  for (size_t key = begin; key < end; key += kKeyBlock) {
    const size_t count = end - key < kKeyBlock ? end - key : kKeyBlock;
    fetch_next(keys, key + kKeyBlock, end);
    fetch_next(values, key + kKeyBlock, end);
    transpose_keys<Elements>(keys, key, count, dim_k, scratch + layout.keys);
    convert_values<Elements>(values, key, count, dim_v, layout.dim_v, scratch + layout.values);
    product<ProductMode::kAssign>({.a = query,
                                   .a_stride = dim_k,
                                   .b = scratch + layout.keys,
                                   .b_stride = kKeyBlock,
                                   .out = scores,
                                   .out_stride = kKeyBlock,
                                   .rows = rows,
                                   .depth = dim_k,
                                   .cols = kKeyBlock});
    for (size_t r = 0; r < rows; ++r) {
      // Keys of this block that the row's token sees: [low, high).
      const size_t seen_end = call.keys > 0 ? call.keys : first_query + r / group + 1;
      const size_t seen_begin = seen_end > window ? seen_end - window : 0;
      const size_t low = seen_begin > key ? seen_begin - key : 0;
      const size_t high = seen_end < key + count ? (seen_end > key ? seen_end - key : 0) : count;
      if (low >= high) {
        memset(scores + r * kKeyBlock, 0, kKeyBlock * sizeof(float));
        continue;
      }
      soften(scores + r * kKeyBlock, low, high, call.softcap, highest + r, sum + r,
             out + r * layout.dim_v, layout.dim_v);
    }
    product<ProductMode::kAdd>({.a = scores,
                                .a_stride = kKeyBlock,
                                .b = scratch + layout.values,
                                .b_stride = layout.dim_v,
                                .out = out,
                                .out_stride = layout.dim_v,
                                .rows = rows,
                                .depth = count,
                                .cols = layout.dim_v});
  }

  for (size_t r = 0; r < rows; ++r) {
    const size_t head = kv_head * group + r % group;
    float total = sum[r];
    float factor = 1.0F;
    if (call.sinks != nullptr) {
      const float sink = call.sinks[head];
      const float top = sink > highest[r] ? sink : highest[r];
      float lanes[kLanes] = {highest[r] - top, sink - top};
      store(lanes, exp(load(lanes)));
      factor = lanes[0];
      total = total * lanes[0] + lanes[1];
    }
    const float norm = factor / total;
    float* target = call.out + (token_begin + r / group) * call.out_stride + head * dim_v;
    const Floats factor_lanes = set1(norm);
    for (size_t d = 0; d < dim_v; d += kLanes) {
      const Floats v = mul(load(out + r * layout.dim_v + d), factor_lanes);
      if (dim_v - d >= kLanes) {
        store(target + d, v);
      } else {
        store_n(target + d, v, dim_v - d);
      }
    }
  }
}

template <typename Elements>
inline void attention_run(const AttentionCall& call) {
  const KvLayerView& cache = call.cache;
  for (size_t head = call.kv_head_begin; head < call.kv_head_end; ++head) {
    const size_t k_row = Elements::row_bytes(cache.head_dim_k);
    const size_t v_row = Elements::row_bytes(cache.head_dim_v);
    const Rows keys = {reinterpret_cast<const uint8_t*>(cache.k),
                       cache.k_block_bytes,
                       head * cache.block_tokens * k_row,
                       k_row,
                       call.block_table,
                       cache.block_tokens};
    const Rows values = {reinterpret_cast<const uint8_t*>(cache.v),
                         cache.v_block_bytes,
                         head * cache.block_tokens * v_row,
                         v_row,
                         call.block_table,
                         cache.block_tokens};
    for (size_t t = 0; t < call.tokens; t += kQueryTile) {
      const size_t tokens = call.tokens - t < kQueryTile ? call.tokens - t : kQueryTile;
      attend_tile<Elements>(call, keys, values, head, t, tokens);
    }
  }
}

template <typename Elements>
inline void kv_store(const KvStoreCall& call) {
  const KvLayerView& cache = call.cache;
  const size_t k_row = Elements::row_bytes(cache.head_dim_k);
  const size_t v_row = Elements::row_bytes(cache.head_dim_v);
  for (size_t t = 0; t < call.tokens; ++t) {
    const size_t position = call.first_position + t;
    const auto block = static_cast<size_t>(call.block_table[position / cache.block_tokens]);
    const size_t slot = position % cache.block_tokens;
    for (size_t head = 0; head < cache.kv_heads; ++head) {
      const size_t row = head * cache.block_tokens + slot;
      Elements::store_row(
          reinterpret_cast<uint8_t*>(cache.k) + block * cache.k_block_bytes + row * k_row,
          call.k + t * call.k_stride + head * cache.head_dim_k, cache.head_dim_k);
      Elements::store_row(
          reinterpret_cast<uint8_t*>(cache.v) + block * cache.v_block_bytes + row * v_row,
          call.v + t * call.v_stride + head * cache.head_dim_v, cache.head_dim_v);
    }
  }
}

template <typename Elements>
constexpr AttentionRow attention_row(const char* name) {
  return {.name = name,
          .kv_type = Elements::kType,
          .query_tile = kQueryTile,
          .row_bytes = [](size_t cols) { return Elements::row_bytes(cols); },
          .scratch_bytes = attention_scratch,
          .store = kv_store<Elements>,
          .run = attention_run<Elements>};
}

}  // namespace
}  // namespace lar::kernels

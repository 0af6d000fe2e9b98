// Matrix products with float activations, for F32, F16 and BF16 weights.
//   One or two tokens: one row at a time, lanes along the columns; bound by memory.
//   More: a tile of rows by kFloatChunk columns is converted once, with the rows in the lanes, and
//   meets all tokens; bound by the multiply-add.
// Included after one of the vector headers.
#pragma once

#include "kernels/matmul/call.h"
#include "tensor/dtype.h"

namespace lar::kernels {
namespace {

constexpr size_t kFloatRowTokens = 2;
constexpr size_t kFloatTileWidth = kFloatTileVectors * kLanes;
constexpr size_t kFloatChunk = 128;  // columns of a tile: a multiple of kLanes

struct F32Weights {
  static constexpr DType kType = DType::kF32;
  static constexpr size_t kBytes = 4;
  static LAR_SIMD Floats load_16(const uint8_t* p) {
    return load(reinterpret_cast<const float*>(p));
  }
};
struct F16Weights {
  static constexpr DType kType = DType::kF16;
  static constexpr size_t kBytes = 2;
  static LAR_SIMD Floats load_16(const uint8_t* p) { return load_f16(p); }
};
struct BF16Weights {
  static constexpr DType kType = DType::kBF16;
  static constexpr size_t kBytes = 2;
  static LAR_SIMD Floats load_16(const uint8_t* p) { return load_bf16(p); }
};

// Sixteen weights; those from `count` on are zero and their memory is not touched.
template <typename W>
LAR_SIMD Floats load_weights(const uint8_t* p, size_t count) {
  if (count >= kLanes) return W::load_16(p);
  uint8_t part[kLanes * W::kBytes] = {};
  memcpy(part, p, count * W::kBytes);
  return W::load_16(part);
}

constexpr size_t panel_tokens(size_t tokens) {
  return (tokens + kFloatTileTokens - 1) / kFloatTileTokens * kFloatTileTokens;
}

inline size_t floats_packed(size_t tokens, size_t cols) {
  return (tokens <= kFloatRowTokens ? tokens : panel_tokens(tokens)) * cols * sizeof(float);
}

// One or two tokens as they are; more as panels [cols][kFloatTileTokens].
inline void pack_floats(const PackCall& call) {
  auto* packed = reinterpret_cast<float*>(call.packed);
  if (call.tokens <= kFloatRowTokens) {
    for (size_t t = call.token_begin; t < call.token_end; ++t) {
      memcpy(packed + t * call.cols, call.x + t * call.x_stride, call.cols * sizeof(float));
    }
    return;
  }
  for (size_t first = call.token_begin; first < call.token_end; first += kFloatTileTokens) {
    float* panel = packed + first * call.cols;
    for (size_t t = 0; t < kFloatTileTokens; ++t) {
      const bool real = first + t < call.tokens;
      const float* x = call.x + (first + t) * call.x_stride;
      for (size_t k = 0; k < call.cols; ++k) panel[k * kFloatTileTokens + t] = real ? x[k] : 0.0F;
    }
  }
}

template <typename W, size_t tokens>
LAR_NOINLINE void run_float_rows(const MatmulCall& call) {
  constexpr size_t kSums = 4;
  const auto* x = reinterpret_cast<const float*>(call.packed);
  for (size_t r = call.row_begin; r < call.row_end; ++r) {
    const uint8_t* w = reinterpret_cast<const uint8_t*>(call.weights) + r * call.row_bytes;
    Floats sum[tokens][kSums];
    for (size_t t = 0; t < tokens; ++t) {
      for (size_t i = 0; i < kSums; ++i) sum[t][i] = zero();
    }
    size_t k = 0;
    for (; k + kSums * kLanes <= call.cols; k += kSums * kLanes) {
      for (size_t i = 0; i < kSums; ++i) {
        const Floats weights = W::load_16(w + (k + i * kLanes) * W::kBytes);
        for (size_t t = 0; t < tokens; ++t) {
          sum[t][i] = fma(weights, load(x + t * call.cols + k + i * kLanes), sum[t][i]);
        }
      }
    }
    for (; k < call.cols; k += kLanes) {
      const size_t count = call.cols - k < kLanes ? call.cols - k : kLanes;
      const Floats weights = load_weights<W>(w + k * W::kBytes, count);
      for (size_t t = 0; t < tokens; ++t) {
        sum[t][0] = fma(weights, load_n(x + t * call.cols + k, count), sum[t][0]);
      }
    }
    for (size_t t = 0; t < tokens; ++t) {
      call.out[t * call.out_stride + r] =
          reduce_add(add(add(sum[t][0], sum[t][1]), add(sum[t][2], sum[t][3])));
    }
  }
}

// tile: [columns][kFloatTileWidth]
template <typename W>
inline void convert_chunk(
    const MatmulCall& call, size_t row, size_t col, size_t cols, float* tile) {
  const size_t last_row = call.row_end - 1;
  for (size_t v = 0; v < kFloatTileVectors; ++v) {
    for (size_t k = 0; k < cols; k += kLanes) {
      Floats part[kLanes];
      for (size_t r = 0; r < kLanes; ++r) {
        const size_t index = row + v * kLanes + r;
        const uint8_t* w = reinterpret_cast<const uint8_t*>(call.weights) +
                           (index < last_row ? index : last_row) * call.row_bytes;
        prefetch(w + (col + k + kFloatChunk) * W::kBytes);
        part[r] = load_weights<W>(w + (col + k) * W::kBytes, cols - k);
      }
      transpose(part);
      for (size_t i = 0; i < kLanes; ++i)
        store(tile + (k + i) * kFloatTileWidth + v * kLanes, part[i]);
    }
  }
}

struct FloatTile {
  const float* tile;
  const float* panel;
  size_t cols;
  float* out;
  size_t out_stride;
  bool first;
};

template <size_t tokens>
LAR_NOINLINE void multiply_floats(const FloatTile& p) {
  Floats sum[tokens][kFloatTileVectors];
  for (size_t t = 0; t < tokens; ++t) {
    for (size_t v = 0; v < kFloatTileVectors; ++v) sum[t][v] = zero();
  }
  for (size_t k = 0; k < p.cols; ++k) {
    Floats w[kFloatTileVectors];
    for (size_t v = 0; v < kFloatTileVectors; ++v) {
      w[v] = load(p.tile + k * kFloatTileWidth + v * kLanes);
    }
    for (size_t t = 0; t < tokens; ++t) {
      const Floats x = set1(p.panel[k * kFloatTileTokens + t]);
      for (size_t v = 0; v < kFloatTileVectors; ++v) sum[t][v] = fma(w[v], x, sum[t][v]);
    }
  }
  for (size_t t = 0; t < tokens; ++t) {
    for (size_t v = 0; v < kFloatTileVectors; ++v) {
      float* out = p.out + t * p.out_stride + v * kLanes;
      store(out, p.first ? sum[t][v] : add(load(out), sum[t][v]));
    }
  }
}

template <size_t tokens = kFloatTileTokens>
LAR_SIMD void multiply_floats_any(size_t count, const FloatTile& p) {
  if constexpr (tokens > 1) {
    if (count < tokens) {
      multiply_floats_any<tokens - 1>(count, p);
      return;
    }
  }
  multiply_floats<tokens>(p);
}

template <typename W>
LAR_NOINLINE void run_float_tiles(const MatmulCall& call) {
  auto* tile = reinterpret_cast<float*>(call.scratch);
  const auto* packed = reinterpret_cast<const float*>(call.packed);
  for (size_t row = call.row_begin; row < call.row_end; row += kFloatTileWidth) {
    const size_t rest = call.row_end - row;
    const size_t rows = rest < kFloatTileWidth ? rest : kFloatTileWidth;
    for (size_t col = 0; col < call.cols; col += kFloatChunk) {
      const size_t cols = call.cols - col < kFloatChunk ? call.cols - col : kFloatChunk;
      convert_chunk<W>(call, row, col, cols, tile);
      for (size_t t = 0; t < call.tokens; t += kFloatTileTokens) {
        const size_t left = call.tokens - t;
        const size_t tokens = left < kFloatTileTokens ? left : kFloatTileTokens;
        const float* panel = packed + t * call.cols + col * kFloatTileTokens;
        float* out = call.out + t * call.out_stride + row;
        if (rows == kFloatTileWidth) {
          multiply_floats_any(tokens, {tile, panel, cols, out, call.out_stride, col == 0});
          continue;
        }
        float whole[kFloatTileTokens][kFloatTileWidth];
        multiply_floats_any(tokens, {tile, panel, cols, whole[0], kFloatTileWidth, true});
        for (size_t i = 0; i < tokens; ++i) {
          for (size_t r = 0; r < rows; ++r) {
            float& sum = out[i * call.out_stride + r];
            sum = col == 0 ? whole[i][r] : sum + whole[i][r];
          }
        }
      }
    }
  }
}

template <typename W>
inline void run_floats(const MatmulCall& call) {
  static_assert(kFloatRowTokens == 2);
  if (call.row_begin >= call.row_end) return;
  if (call.tokens == 1) {
    run_float_rows<W, 1>(call);
  } else if (call.tokens == 2) {
    run_float_rows<W, 2>(call);
  } else {
    run_float_tiles<W>(call);
  }
}

inline size_t floats_scratch(size_t /*cols*/) {
  return kFloatChunk * kFloatTileWidth * sizeof(float);
}

template <typename W>
constexpr MatmulRow floats_row(const char* name, const char* packing) {
  return {.name = name,
          .weight = W::kType,
          .packing = packing,
          .row_grain = kFloatTileWidth,
          .token_grain = kFloatTileTokens,
          .packed_bytes = floats_packed,
          .scratch_bytes = floats_scratch,
          .pack = pack_floats,
          .run = run_floats<W>};
}

}  // namespace
}  // namespace lar::kernels

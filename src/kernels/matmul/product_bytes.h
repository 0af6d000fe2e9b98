// Matrix products with int8 activations, for every format that has a decoder. Activations are
// quantized over 32 columns with a float scale.
//   One or two tokens: one row at a time, lanes along the columns; bound by memory.
//   More: 16 * kByteTileVectors rows by kChunk columns are decoded once into a tile with the rows
//   in the lanes, which stays in the first cache and meets all tokens; bound by the dot
//   instruction (or, for few tokens, by the decoder).
// Included after one of the vector headers.
#pragma once

#include "kernels/matmul/call.h"
#include "kernels/matmul/decoders.h"

namespace lar::kernels {
namespace {

constexpr size_t kRowTokens = 2;  // up to here one row at a time
constexpr size_t kActivationBlock = 32;
constexpr size_t kTileRows = kByteTileVectors * kLanes;
constexpr size_t kChunk = 512;  // columns of a tile: a multiple of kUnit
constexpr size_t kChunkBlocks = kChunk / kActivationBlock;

constexpr size_t padded(size_t n, size_t step) {
  return (n + step - 1) / step * step;
}

// ---- packed activations ----

// For one or two tokens, a token after the other: the values of all columns, filled up to whole
// units, then a scale and a sum (scale times the values' sum) for each 16 of them.
struct RowPacking {
  size_t columns;
  explicit RowPacking(size_t cols) : columns(padded(cols, kUnit)) {}
  size_t groups() const { return columns / kLanes; }
  size_t token_bytes() const { return columns + 2 * groups() * sizeof(float); }
};

// For more, panels of kByteTileTokens tokens: for each 32 columns a PanelBlock. kGroup is what the
// weights' scales hold for; sums and biases are kept at that grain.
template <size_t group>
struct PanelBlock {
  static constexpr size_t kGroups = kActivationBlock / group;
  float scale[kByteTileTokens];
  float sum[kGroups][kByteTileTokens];     // scale times the sum of the values
  int32_t bias[kGroups][kByteTileTokens];  // -kSignedBias times the sum of the values
  uint8_t values[kActivationBlock / 4][kByteTileTokens][4];
};

template <size_t group>
inline size_t bytes_packed(size_t tokens, size_t cols) {
  if (tokens <= kRowTokens) return tokens * RowPacking(cols).token_bytes();
  return padded(tokens, kByteTileTokens) * (padded(cols, kActivationBlock) / kActivationBlock) *
         (sizeof(PanelBlock<group>) / kByteTileTokens);
}

struct Quantized {
  float scale;
  float sum[2];  // of the first and the last 16 values, as whole numbers
};

LAR_SIMD Quantized quantize(const float* x, uint8_t* values) {
  const Floats a = load(x);
  const Floats b = load(x + kLanes);
  const float highest = reduce_max(max(abs(a), abs(b)));
  // Below the limit 127 / highest would overflow.
  const Floats factor = set1(highest > 1e-36F ? 127.0F / highest : 0.0F);
  const Floats whole_a = round(mul(a, factor));
  const Floats whole_b = round(mul(b, factor));
  store_i8(values, whole_a);
  store_i8(values + kLanes, whole_b);
  return {highest / 127.0F, {reduce_add(whole_a), reduce_add(whole_b)}};
}

inline void pack_rows(const PackCall& call) {
  const RowPacking packing(call.cols);
  for (size_t t = call.token_begin; t < call.token_end; ++t) {
    const float* x = call.x + t * call.x_stride;
    auto* values = reinterpret_cast<uint8_t*>(call.packed) + t * packing.token_bytes();
    auto* scale = reinterpret_cast<float*>(values + packing.columns);
    float* sum = scale + packing.groups();
    for (size_t k = 0; k < packing.columns; k += kActivationBlock) {
      if (k >= call.cols) {
        memset(values + k, 0, kActivationBlock);
        for (size_t i = 0; i < 2; ++i) *scale++ = *sum++ = 0.0F;
        continue;
      }
      const Quantized q = quantize(x + k, values + k);
      for (size_t i = 0; i < 2; ++i) {
        *scale++ = q.scale;
        *sum++ = q.scale * q.sum[i];
      }
    }
  }
}

template <size_t group>
inline void pack_panels(const PackCall& call) {
  using Block = PanelBlock<group>;
  const size_t blocks = call.cols / kActivationBlock;
  for (size_t first = call.token_begin; first < call.token_end; first += kByteTileTokens) {
    auto* panel = reinterpret_cast<Block*>(call.packed) + first / kByteTileTokens * blocks;
    for (size_t t = 0; t < kByteTileTokens; ++t) {
      const bool real = first + t < call.tokens;
      const float* x = call.x + (real ? first + t : first) * call.x_stride;
      for (size_t k = 0; k < blocks; ++k) {
        uint8_t values[kActivationBlock];
        Quantized q = quantize(x + k * kActivationBlock, values);
        Block& block = panel[k];
        for (size_t i = 0; i < kActivationBlock / 4; ++i) {
          memcpy(block.values[i][t], values + 4 * i, 4);
        }
        block.scale[t] = q.scale;
        if constexpr (group == 32) q.sum[0] += q.sum[1];
        for (size_t g = 0; g < Block::kGroups; ++g) {
          block.sum[g][t] = q.scale * q.sum[g];
          block.bias[g][t] = -kSignedBias * static_cast<int32_t>(q.sum[g]);
        }
      }
    }
  }
}

template <size_t group>
inline void pack_bytes(const PackCall& call) {
  if (call.tokens <= kRowTokens) {
    pack_rows(call);
  } else {
    pack_panels<group>(call);
  }
}

// ---- one row at a time ----

template <typename F>
LAR_SIMD Ints dot(Ints sum, Bytes w, Bytes a) {
  if constexpr (F::kOffset) {
    return dot_unsigned(sum, w, a);
  } else {
    return dot_signed(sum, w, a);
  }
}

struct RowActivations {
  const uint8_t* values;
  const float* scale;
  const float* sum;
};

struct RowSums {
  Floats even;
  Floats odd;
  Floats offset;
};

template <typename F>
LAR_SIMD void add_unit(const Unit& unit, const RowActivations& x, size_t index, RowSums& sums) {
  const uint8_t* a = x.values + index * kUnit;
  const Floats scale = mul(unit.scale, load(x.scale + index * kLanes));
  const auto part = [&](size_t i) {
    return to_floats(dot<F>(set1_int(0), unit.part[i], load_bytes(a + 64 * i)));
  };
  sums.even = fma(part(0), spread<0>(scale), sums.even);
  sums.odd = fma(part(1), spread<1>(scale), sums.odd);
  sums.even = fma(part(2), spread<2>(scale), sums.even);
  sums.odd = fma(part(3), spread<3>(scale), sums.odd);
  if constexpr (F::kOffset) {
    sums.offset = fma(unit.offset, load(x.sum + index * kLanes), sums.offset);
  } else if constexpr (kSignedBias != 0) {
    sums.offset = fma(unit.scale, load(x.sum + index * kLanes), sums.offset);
  }
}

template <typename F, size_t tokens>
inline void run_rows(const MatmulCall& call) {
  const RowPacking packing(call.cols);
  RowActivations x[tokens];
  for (size_t t = 0; t < tokens; ++t) {
    x[t].values = reinterpret_cast<const uint8_t*>(call.packed) + t * packing.token_bytes();
    x[t].scale = reinterpret_cast<const float*>(x[t].values + packing.columns);
    x[t].sum = x[t].scale + packing.groups();
  }
  const size_t units = call.cols / kUnit;
  const size_t rest = call.cols % kUnit / F::kBlockColumns * F::kBlockBytes;
  for (size_t r = call.row_begin; r < call.row_end; ++r) {
    const uint8_t* p = reinterpret_cast<const uint8_t*>(call.weights) + r * call.row_bytes;
    RowSums sums[tokens];
    for (size_t t = 0; t < tokens; ++t) sums[t] = {zero(), zero(), zero()};
    for (size_t u = 0; u < units; ++u, p += F::kUnitBytes) {
      Unit unit;
      F::decode(p, unit);
      for (size_t t = 0; t < tokens; ++t) add_unit<F>(unit, x[t], u, sums[t]);
    }
    if (rest != 0) {
      uint8_t last[F::kUnitBytes] = {};
      memcpy(last, p, rest);
      Unit unit;
      F::decode(last, unit);
      for (size_t t = 0; t < tokens; ++t) add_unit<F>(unit, x[t], units, sums[t]);
    }
    for (size_t t = 0; t < tokens; ++t) {
      constexpr float kFactor = F::kOffset ? 1.0F : static_cast<float>(kSignedBias);
      const Floats sum = add(sums[t].even, sums[t].odd);
      call.out[t * call.out_stride + r] = reduce_add(fnma(sums[t].offset, set1(kFactor), sum));
    }
  }
}

// ---- tiles ----

template <size_t groups, bool offset>
struct TileShifts {};

template <size_t groups>
struct TileShifts<groups, true> {
  float shift[groups][kByteTileVectors][kLanes];
};

// 32 columns of a tile's rows.
template <size_t group, bool offset>
struct TileBlock : TileShifts<kActivationBlock / group, offset> {
  static constexpr size_t kGroups = kActivationBlock / group;
  float scale[kGroups][kByteTileVectors][kLanes];
  uint8_t values[kActivationBlock / 4][kByteTileVectors][4 * kLanes];
};

template <typename F>
using TileOf = TileBlock<F::kGroup, F::kOffset>;

// Decodes sixteen rows by one unit: vector `v` of the blocks from `tile` on.
template <typename F>
inline void decode_rows(const uint8_t* const rows[kLanes],
                        size_t row_ahead,
                        TileOf<F>* tile,
                        size_t v) {
  constexpr size_t kBlocks = kUnit / kActivationBlock;
  Floats parts[kParts][kLanes];
  Floats scale[kLanes];
  Floats shift[kLanes];
  for (size_t r = 0; r < kLanes; ++r) {
    for (size_t at = 0; at < F::kUnitBytes; at += 64) prefetch(rows[r] + row_ahead + at);
    Unit unit;
    F::decode(rows[r], unit);
    for (size_t i = 0; i < kParts; ++i) parts[i][r] = as_floats(unit.part[i]);
    scale[r] = unit.scale;
    if constexpr (F::kOffset) shift[r] = unit.offset;
  }
  for (size_t i = 0; i < kParts; ++i) {
    transpose(parts[i]);
    for (size_t k = 0; k < kLanes; ++k) {
      store_bytes(tile[2 * i + k / 8].values[k % 8][v], as_bytes(parts[i][k]));
    }
  }
  transpose(scale);
  if constexpr (F::kOffset) transpose(shift);
  for (size_t b = 0; b < kBlocks; ++b) {
    for (size_t g = 0; g < TileOf<F>::kGroups; ++g) {
      store(tile[b].scale[g][v], scale[2 * b + g]);
      if constexpr (F::kOffset) store(tile[b].shift[g][v], shift[2 * b + g]);
    }
  }
}

struct TileOut {
  float* out;
  size_t stride;
  bool first;  // of the chunks: nothing to add to yet
};

template <size_t group, bool offset, size_t tokens>
inline void multiply(const TileBlock<group, offset>* tile,
                     const PanelBlock<group>* panel,
                     size_t blocks,
                     const TileOut& target) {
  constexpr size_t kGroups = kActivationBlock / group;
  constexpr size_t kSteps = group / 4;
  Floats sum[tokens][kByteTileVectors];
  for (size_t t = 0; t < tokens; ++t) {
    for (size_t v = 0; v < kByteTileVectors; ++v) sum[t][v] = zero();
  }
  for (size_t b = 0; b < blocks; ++b) {
    const TileBlock<group, offset>& w = tile[b];
    const PanelBlock<group>& x = panel[b];
    for (size_t g = 0; g < kGroups; ++g) {
      Ints dots[tokens][kByteTileVectors];
      for (size_t t = 0; t < tokens; ++t) {
        for (size_t v = 0; v < kByteTileVectors; ++v) {
          dots[t][v] = set1_int(offset || kSignedBias == 0 ? 0 : x.bias[g][t]);
        }
      }
      for (size_t k = g * kSteps; k < (g + 1) * kSteps; ++k) {
        Bytes weights[kByteTileVectors];
        for (size_t v = 0; v < kByteTileVectors; ++v) weights[v] = load_bytes(w.values[k][v]);
        for (size_t t = 0; t < tokens; ++t) {
          const Bytes a = broadcast_4(x.values[k][t]);
          for (size_t v = 0; v < kByteTileVectors; ++v) {
            dots[t][v] = offset ? dot_unsigned(dots[t][v], weights[v], a)
                                : dot_signed(dots[t][v], weights[v], a);
          }
        }
      }
      for (size_t t = 0; t < tokens; ++t) {
        for (size_t v = 0; v < kByteTileVectors; ++v) {
          const Floats scaled = mul(to_floats(dots[t][v]), load(w.scale[g][v]));
          sum[t][v] = fma(scaled, set1(x.scale[t]), sum[t][v]);
          if constexpr (offset) {
            sum[t][v] = fnma(load(w.shift[g][v]), set1(x.sum[g][t]), sum[t][v]);
          }
        }
      }
    }
  }
  for (size_t t = 0; t < tokens; ++t) {
    for (size_t v = 0; v < kByteTileVectors; ++v) {
      float* out = target.out + t * target.stride + v * kLanes;
      store(out, target.first ? sum[t][v] : add(load(out), sum[t][v]));
    }
  }
}

template <size_t group, bool offset, size_t tokens = kByteTileTokens>
LAR_SIMD void multiply_any(size_t count,
                           const TileBlock<group, offset>* tile,
                           const PanelBlock<group>* panel,
                           size_t blocks,
                           const TileOut& target) {
  if constexpr (tokens > 1) {
    if (count < tokens) {
      multiply_any<group, offset, tokens - 1>(count, tile, panel, blocks, target);
      return;
    }
  }
  multiply<group, offset, tokens>(tile, panel, blocks, target);
}

template <typename F>
inline void decode_chunk(const MatmulCall& call, size_t row, size_t col, TileOf<F>* tile) {
  const uint8_t* weights = reinterpret_cast<const uint8_t*>(call.weights);
  const size_t last_row = call.row_end - 1;
  for (size_t v = 0; v < kByteTileVectors; ++v) {
    for (size_t k = col; k < col + kChunk && k < call.cols; k += kUnit) {
      // Where a unit is not whole, copies that end in zeros stand in for the rows.
      uint8_t copies[kLanes][F::kUnitBytes];
      const uint8_t* rows[kLanes];
      const size_t rest = (call.cols - k) / F::kBlockColumns * F::kBlockBytes;
      for (size_t r = 0; r < kLanes; ++r) {
        const size_t index = row + v * kLanes + r;
        rows[r] = weights + (index < last_row ? index : last_row) * call.row_bytes +
                  k / F::kBlockColumns * F::kBlockBytes;
        if (rest < F::kUnitBytes) {
          memcpy(copies[r], rows[r], rest);
          memset(copies[r] + rest, 0, F::kUnitBytes - rest);
          rows[r] = copies[r];
        }
      }
      decode_rows<F>(rows, 2 * F::kUnitBytes, tile + (k - col) / kActivationBlock, v);
    }
  }
}

template <typename F>
inline void run_tiles(const MatmulCall& call) {
  using Panel = PanelBlock<F::kGroup>;
  auto* tile = reinterpret_cast<TileOf<F>*>(call.scratch);
  const auto* panels = reinterpret_cast<const Panel*>(call.packed);
  const size_t blocks = call.cols / kActivationBlock;
  for (size_t row = call.row_begin; row < call.row_end; row += kTileRows) {
    const size_t rows = call.row_end - row < kTileRows ? call.row_end - row : kTileRows;
    for (size_t col = 0; col < call.cols; col += kChunk) {
      decode_chunk<F>(call, row, col, tile);
      const size_t first_block = col / kActivationBlock;
      const size_t count =
          blocks - first_block < kChunkBlocks ? blocks - first_block : kChunkBlocks;
      for (size_t t = 0; t < call.tokens; t += kByteTileTokens) {
        const size_t tokens = call.tokens - t < kByteTileTokens ? call.tokens - t : kByteTileTokens;
        const Panel* panel = panels + t / kByteTileTokens * blocks + first_block;
        float* out = call.out + t * call.out_stride + row;
        if (rows == kTileRows) {
          multiply_any<F::kGroup, F::kOffset>(tokens, tile, panel, count,
                                              {out, call.out_stride, col == 0});
          continue;
        }
        float whole[kByteTileTokens][kTileRows];
        multiply_any<F::kGroup, F::kOffset>(tokens, tile, panel, count,
                                            {whole[0], kTileRows, true});
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

template <typename F>
inline void run_bytes(const MatmulCall& call) {
  static_assert(kRowTokens == 2);
  if (call.row_begin >= call.row_end) return;
  if (call.tokens == 1) {
    run_rows<F, 1>(call);
  } else if (call.tokens == 2) {
    run_rows<F, 2>(call);
  } else {
    run_tiles<F>(call);
  }
}

template <typename F>
inline size_t bytes_scratch(size_t /*cols*/) {
  return kChunkBlocks * sizeof(TileOf<F>);
}

template <typename F>
constexpr MatmulRow bytes_row(const char* name, const char* packing) {
  return {.name = name,
          .weight = F::kType,
          .packing = packing,
          .row_grain = kTileRows,
          .token_grain = kByteTileTokens,
          .packed_bytes = bytes_packed<F::kGroup>,
          .scratch_bytes = bytes_scratch<F>,
          .pack = pack_bytes<F::kGroup>,
          .run = run_bytes<F>};
}

}  // namespace
}  // namespace lar::kernels

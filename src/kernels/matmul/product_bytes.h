// Matrix products with int8 activations, for every format that has a decoder. Activations are
// quantized over 32 columns with a float scale.
//   Up to kByteRowTokens tokens: a row or two at a time. The columns are regrouped so that each
//   lane holds one group of 16, which makes one scale a lane; bound by memory for one token.
//   More: 16 * kByteTileVectors rows by kChunk columns are decoded once into a tile with the rows
//   in the lanes, which stays in the first cache and meets all tokens; bound by the dot
//   instruction (or, for few tokens, by the decoder).
// Included after one of the vector headers.
#pragma once

#include "kernels/matmul/call.h"
#include "kernels/matmul/decoders.h"

namespace lar::kernels {
namespace {

constexpr size_t kAhead = 2048;  // bytes between what is decoded and what is fetched
constexpr size_t kActivationBlock = 32;
constexpr size_t kTileRows = kByteTileVectors * kLanes;
constexpr size_t kChunk = 512;  // columns of a tile: a multiple of kUnit
constexpr size_t kChunkBlocks = kChunk / kActivationBlock;

constexpr size_t padded(size_t n, size_t step) {
  return (n + step - 1) / step * step;
}

// ---- packed activations ----

// For few tokens, units of one token after the other. Group g (16 columns) of a unit is lane
// lane_of(g) everywhere; values[s] holds the columns 4s to 4s + 3 of all groups.
struct RowUnit {
  uint8_t values[4][kLanes][4];
  float scale[kLanes];
  float sum[kLanes];     // scale times the sum of the values
  int32_t bias[kLanes];  // -kSignedBias times the sum of the values
};

constexpr size_t lane_of(size_t group) {
  return group % 4 * 4 + group / 4;
}
constexpr size_t units_of(size_t cols) {
  return padded(cols, kUnit) / kUnit;
}

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
  if (tokens <= kByteRowTokens) return tokens * units_of(cols) * sizeof(RowUnit);
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
  const size_t units = units_of(call.cols);
  for (size_t t = call.token_begin; t < call.token_end; ++t) {
    const float* x = call.x + t * call.x_stride;
    auto* unit = reinterpret_cast<RowUnit*>(call.packed) + t * units;
    // The groups beyond the last column stay zero.
    memset(unit + units - 1, 0, sizeof(RowUnit));
    for (size_t k = 0; k < call.cols; k += kActivationBlock) {
      uint8_t values[kActivationBlock];
      const Quantized q = quantize(x + k, values);
      RowUnit& target = unit[k / kUnit];
      for (size_t i = 0; i < 2; ++i) {
        const size_t lane = lane_of(k % kUnit / kLanes + i);
        for (size_t s = 0; s < 4; ++s) memcpy(target.values[s][lane], values + 16 * i + 4 * s, 4);
        target.scale[lane] = q.scale;
        target.sum[lane] = q.scale * q.sum[i];
        target.bias[lane] = -kSignedBias * static_cast<int32_t>(q.sum[i]);
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
  if (call.tokens <= kByteRowTokens) {
    pack_rows(call);
  } else {
    pack_panels<group>(call);
  }
}

// ---- a row or two at a time ----

template <typename F>
LAR_SIMD Ints dot(Ints sum, Bytes w, Bytes a) {
  if constexpr (F::kOffset) {
    return dot_unsigned(sum, w, a);
  } else {
    return dot_signed(sum, w, a);
  }
}

template <typename F>
LAR_SIMD Unit decode_regrouped(const uint8_t* p) {
  Unit unit;
  F::decode(p, unit);
  regroup(unit.part);
  unit.scale = regroup(unit.scale);
  if constexpr (F::kOffset) unit.offset = regroup(unit.offset);
  return unit;
}

template <typename F>
LAR_SIMD Floats add_unit(const Unit& unit, const RowUnit& x, Floats sum) {
  Ints dots = F::kOffset || kSignedBias == 0 ? set1_int(0) : load_ints(x.bias);
  for (size_t s = 0; s < 4; ++s) dots = dot<F>(dots, unit.part[s], load_bytes(x.values[s][0]));
  sum = fma(to_floats(dots), mul(unit.scale, load(x.scale)), sum);
  if constexpr (F::kOffset) sum = fnma(unit.offset, load(x.sum), sum);
  return sum;
}

template <typename F, size_t tokens, size_t rows>
LAR_SIMD void multiply_rows(const MatmulCall& call, size_t row) {
  const auto* x = reinterpret_cast<const RowUnit*>(call.packed);
  const size_t units = call.cols / kUnit;
  const size_t packed_units = units_of(call.cols);
  const uint8_t* p = reinterpret_cast<const uint8_t*>(call.weights) + row * call.row_bytes;
  Floats sum[rows][tokens];
  for (size_t r = 0; r < rows; ++r) {
    for (size_t t = 0; t < tokens; ++t) sum[r][t] = zero();
  }
  for (size_t u = 0; u < units; ++u, p += F::kUnitBytes) {
    Unit unit[rows];
    for (size_t r = 0; r < rows; ++r) {
      const uint8_t* block = p + r * call.row_bytes;
      for (size_t at = 0; at < F::kUnitBytes; at += 64) prefetch(block + kAhead + at);
      unit[r] = decode_regrouped<F>(block);
    }
    for (size_t t = 0; t < tokens; ++t) {
      for (size_t r = 0; r < rows; ++r) {
        sum[r][t] = add_unit<F>(unit[r], x[t * packed_units + u], sum[r][t]);
      }
    }
  }
  if (units != packed_units) {
    const size_t rest = call.cols % kUnit / F::kBlockColumns * F::kBlockBytes;
    for (size_t r = 0; r < rows; ++r) {
      uint8_t last[F::kUnitBytes] = {};
      memcpy(last, p + r * call.row_bytes, rest);
      const Unit unit = decode_regrouped<F>(last);
      for (size_t t = 0; t < tokens; ++t) {
        sum[r][t] = add_unit<F>(unit, x[t * packed_units + units], sum[r][t]);
      }
    }
  }
  for (size_t r = 0; r < rows; ++r) {
    for (size_t t = 0; t < tokens; ++t) {
      call.out[t * call.out_stride + row + r] = reduce_add(sum[r][t]);
    }
  }
}

// One token reads its rows as one stream; more tokens share what is loaded of them by two rows.
template <typename F, size_t tokens>
LAR_NOINLINE void run_rows(const MatmulCall& call) {
  constexpr size_t kRows = tokens == 1 ? 1 : kByteRows;
  size_t row = call.row_begin;
  for (; row + kRows <= call.row_end; row += kRows) multiply_rows<F, tokens, kRows>(call, row);
  for (; row < call.row_end; ++row) multiply_rows<F, tokens, 1>(call, row);
}

template <typename F, size_t tokens = kByteRowTokens>
LAR_SIMD void run_rows_any(const MatmulCall& call) {
  if constexpr (tokens > 1) {
    if (call.tokens < tokens) {
      run_rows_any<F, tokens - 1>(call);
      return;
    }
  }
  run_rows<F, tokens>(call);
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
LAR_NOINLINE void decode_rows(const uint8_t* const rows[kLanes],
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
LAR_NOINLINE void multiply(const TileBlock<group, offset>* tile,
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
LAR_NOINLINE void run_tiles(const MatmulCall& call) {
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
  if (call.row_begin >= call.row_end || call.tokens == 0) return;
  if (call.tokens <= kByteRowTokens) {
    run_rows_any<F>(call);
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

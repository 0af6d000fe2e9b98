// The arguments of matmul kernels: plain data, for the files that are built with options of an
// instruction set and may include nothing that brings inline functions along.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/dtype.h"

namespace lar::kernels {

// out[t * out_stride + r] = sum over k of W[r, k] * x[t, k]
// for tokens t in [0, tokens) and rows r in [row_begin, row_end).
struct MatmulCall {
  const std::byte* weights = nullptr;  // row 0, in the file's layout
  size_t row_bytes = 0;                // from one row to the next
  size_t cols = 0;                     // k: a multiple of the format's block
  const std::byte* packed = nullptr;   // all `tokens` rows of x, packed by this kernel's `pack`
  size_t tokens = 0;
  float* out = nullptr;
  size_t out_stride = 0;  // floats from one token to the next
  size_t row_begin = 0;
  size_t row_end = 0;
  std::byte* scratch = nullptr;  // scratch_bytes(cols) bytes, 64-byte aligned, of this worker
};

struct PackCall {
  const float* x = nullptr;  // [tokens, cols]
  size_t x_stride = 0;       // floats from one token to the next
  size_t cols = 0;
  size_t tokens = 0;  // of the whole matrix
  size_t token_begin = 0;
  size_t token_end = 0;         // this call packs tokens [token_begin, token_end)
  std::byte* packed = nullptr;  // 64-byte aligned
};

// One kernel as its instruction set's file exports it.
struct MatmulRow {
  const char* name = nullptr;  // matmul_<weight>_<activation>_<isa>
  DType weight = DType::kF32;
  // Kernels that name the same packing may share one packed input.
  const char* packing = nullptr;
  // row_begin is a multiple of it; row_end too, or the matrix's last row. Workers split by it.
  uint32_t row_grain = 1;
  // token_begin of a pack call is a multiple of it; token_end too, or `tokens`.
  uint32_t token_grain = 1;
  size_t (*packed_bytes)(size_t tokens, size_t cols) = nullptr;
  size_t (*scratch_bytes)(size_t cols) = nullptr;
  void (*pack)(const PackCall& call) = nullptr;
  void (*run)(const MatmulCall& call) = nullptr;
};

struct MatmulRows {
  const MatmulRow* rows = nullptr;
  size_t count = 0;
};

}  // namespace lar::kernels

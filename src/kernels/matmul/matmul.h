// Matrix times activations for every weight format: the interface of the family and the choice of
// a kernel. Kernels see sizes, byte strides and pointers; threads, partition and memory are the
// backend's. Weights are read in their GGUF layout, one sequential stream a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/cpu.h"
#include "kernels/matmul/call.h"
#include "tensor/dtype.h"

namespace lar::kernels {

struct MatmulKernel {
  std::string_view name;  // matmul_<weight>_<activation>_<isa>
  Isa isa = Isa::kScalar;
  DType weight = DType::kF32;
  // Kernels that name the same packing may share one packed input.
  std::string_view packing;
  // row_begin is a multiple of it; row_end too, or the matrix's last row. Workers split by it.
  uint32_t row_grain = 1;
  // token_begin of a pack call is a multiple of it; token_end too, or `tokens`.
  uint32_t token_grain = 1;
  size_t (*packed_bytes)(size_t tokens, size_t cols) = nullptr;
  size_t (*scratch_bytes)(size_t cols) = nullptr;
  void (*pack)(const PackCall& call) = nullptr;
  void (*run)(const MatmulCall& call) = nullptr;
};

// Every kernel that is compiled in: tests and benchmarks walk it, so a new row gets both.
std::span<const MatmulKernel> all_matmul_kernels();

// The best kernel that `isas` can run, nullptr where the format has none. Pure.
const MatmulKernel* choose_matmul(DType weight, size_t cols, IsaSet isas);

}  // namespace lar::kernels

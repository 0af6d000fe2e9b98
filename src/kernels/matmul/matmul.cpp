#include "kernels/matmul/matmul.h"

#include <vector>

#include "kernels/matmul/tables.h"

namespace lar::kernels {
namespace {

void append(std::vector<MatmulKernel>& kernels, const MatmulRows& rows, Isa isa) {
  for (const MatmulRow& row : std::span(rows.rows, rows.count)) {
    kernels.push_back({.name = row.name,
                       .isa = isa,
                       .weight = row.weight,
                       .packing = row.packing,
                       .row_grain = row.row_grain,
                       .token_grain = row.token_grain,
                       .packed_bytes = row.packed_bytes,
                       .scratch_bytes = row.scratch_bytes,
                       .pack = row.pack,
                       .run = row.run});
  }
}

}  // namespace

std::span<const MatmulKernel> all_matmul_kernels() {
  // In rising order of preference.
  static const std::vector<MatmulKernel> kTable = [] {
    std::vector<MatmulKernel> kernels;
#define LAR_ISA(name, Name) append(kernels, kMatmul##Name, Isa::k##Name);
#include "kernels/compiled_isas.inc"
#undef LAR_ISA
    return kernels;
  }();
  return kTable;
}

const MatmulKernel* choose_matmul(DType weight, size_t /*cols*/, IsaSet isas) {
  const MatmulKernel* best = nullptr;
  for (const MatmulKernel& kernel : all_matmul_kernels()) {
    if (kernel.weight == weight && isas.has(kernel.isa)) best = &kernel;
  }
  return best;
}

}  // namespace lar::kernels

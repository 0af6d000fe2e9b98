#include "kernels/attention/attention.h"

#include <vector>

#include "kernels/attention/tables.h"

namespace lar::kernels {
namespace {

void append(std::vector<AttentionKernel>& kernels, const AttentionRows& rows, Isa isa) {
  for (const AttentionRow& row : std::span(rows.rows, rows.count)) {
    kernels.push_back({.name = row.name,
                       .isa = isa,
                       .kv_type = row.kv_type,
                       .query_tile = row.query_tile,
                       .row_bytes = row.row_bytes,
                       .scratch_bytes = row.scratch_bytes,
                       .store = row.store,
                       .run = row.run});
  }
}

}  // namespace

std::span<const AttentionKernel> all_attention_kernels() {
  // In rising order of preference.
  static const std::vector<AttentionKernel> kTable = [] {
    std::vector<AttentionKernel> kernels;
#define LAR_ISA(name, Name) append(kernels, kAttention##Name, Isa::k##Name);
#include "kernels/compiled_isas.inc"
#undef LAR_ISA
    return kernels;
  }();
  return kTable;
}

const AttentionKernel* choose_attention(DType kv_type, IsaSet isas) {
  const AttentionKernel* best = nullptr;
  for (const AttentionKernel& kernel : all_attention_kernels()) {
    if (kernel.kv_type == kv_type && isas.has(kernel.isa)) best = &kernel;
  }
  return best;
}

}  // namespace lar::kernels

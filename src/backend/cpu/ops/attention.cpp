// Attention over the paged cache: each head of Q and K is normed and rotated, K and V go to the
// cache, then heads and tiles of queries are shared out to the workers as they become free.
#include <algorithm>
#include <atomic>

#include "backend/cpu/memory.h"
#include "backend/cpu/ops/ops.h"

namespace lar::backend {
namespace {

using program::ValueId;

// What happens to each head of one value before attention reads it.
struct HeadTransform {
  ValueId value = program::kNone;
  size_t head_dim = 0;
  bool norm = false;
  const float* norm_weight = nullptr;
  float eps = 0.0F;
  void (*rotate)(float*, const float*, size_t) = nullptr;
  size_t rope_table = 0;
  size_t pairs = 0;

  void run(const Step& step, size_t row, const kernels::VecKernels& vec) const {
    if (!norm && rotate == nullptr) return;
    const size_t cols = step.cols(value);
    float* heads = step.value(value) + row * cols;
    for (size_t head = 0; head < cols; head += head_dim) {
      float* x = heads + head;
      if (norm) vec.rms_norm(x, norm_weight, x, head_dim, eps);
      if (rotate != nullptr) rotate(x, step.rope_angles[rope_table] + row * pairs * 2, pairs);
    }
  }
};

class AttentionOp final : public CpuOp {
 public:
  AttentionOp(const program::Attention& op,
              HeadTransform q,
              HeadTransform k,
              const kernels::AttentionKernel& kernel,
              const kernels::KvLayerView& cache,
              const kernels::VecKernels& vec)
      : op_(op), q_(q), k_(k), kernel_(kernel), cache_(cache), vec_(vec) {}

  void run(const Step& step, const Worker& worker) override {
    // The barrier that ended the op before this one orders the reset before the first fetch.
    if (worker.index == 0) next_task_.store(0, std::memory_order_relaxed);
    const Range rows = split_range(step.tokens, worker.index, worker.count);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      q_.run(step, static_cast<size_t>(row), vec_);
      k_.run(step, static_cast<size_t>(row), vec_);
    }
    store(step, rows);
    worker.barrier->wait(worker.index);

    uint32_t task = next_task_.fetch_add(1, std::memory_order_relaxed);
    uint32_t first = 0;
    for (const SequenceSlice& sequence : step.input.sequences) {
      const uint32_t tiles = (sequence.tokens + kernel_.query_tile - 1) / kernel_.query_tile;
      const uint32_t count = tiles * cache_.kv_heads;
      for (; task < first + count; task = next_task_.fetch_add(1, std::memory_order_relaxed)) {
        // Later tiles see more keys: they go first, so that no worker ends with the longest.
        const uint32_t local = task - first;
        const uint32_t tile = tiles - 1 - local / cache_.kv_heads;
        attend(step, worker, sequence, tile, local % cache_.kv_heads);
      }
      first += count;
    }
  }

  std::vector<ValueId> reads() const override { return {q_.value, k_.value, op_.v}; }
  std::vector<ValueId> writes() const override { return {op_.out}; }
  size_t worker_scratch_bytes(const StepLimits&) const override {
    return kernel_.scratch_bytes(op_.heads / cache_.kv_heads, cache_.head_dim_k, cache_.head_dim_v,
                                 cache_.block_tokens);
  }

 private:
  // Writes this worker's rows of K and V to the cache, sequence by sequence.
  void store(const Step& step, Range rows) const {
    const size_t k_stride = step.cols(k_.value);
    const size_t v_stride = step.cols(op_.v);
    for (const SequenceSlice& sequence : step.input.sequences) {
      const int64_t begin = std::max<int64_t>(rows.begin, sequence.row_begin);
      const int64_t end = std::min<int64_t>(rows.end, sequence.row_begin + sequence.tokens);
      if (begin >= end) continue;
      kernel_.store({.cache = cache_,
                     .block_table = sequence.block_table.data(),
                     .k = step.value(k_.value) + static_cast<size_t>(begin) * k_stride,
                     .v = step.value(op_.v) + static_cast<size_t>(begin) * v_stride,
                     .k_stride = k_stride,
                     .v_stride = v_stride,
                     .tokens = static_cast<uint32_t>(end - begin),
                     .first_position = sequence.first_position +
                                       static_cast<uint32_t>(begin - sequence.row_begin)});
    }
  }

  void attend(const Step& step,
              const Worker& worker,
              const SequenceSlice& sequence,
              uint32_t tile,
              uint32_t kv_head) const {
    const uint32_t begin = tile * kernel_.query_tile;
    const uint32_t row = sequence.row_begin + begin;
    kernel_.run({.cache = cache_,
                 .block_table = sequence.block_table.data(),
                 .q = step.value(q_.value) + row * step.cols(q_.value),
                 .out = step.value(op_.out) + row * step.cols(op_.out),
                 .q_stride = step.cols(q_.value),
                 .out_stride = step.cols(op_.out),
                 .tokens = std::min(kernel_.query_tile, sequence.tokens - begin),
                 .first_position = sequence.first_position + begin,
                 .keys = op_.causal ? 0 : sequence.tokens,
                 .heads = op_.heads,
                 .kv_head_begin = kv_head,
                 .kv_head_end = kv_head + 1,
                 .scale = op_.scale,
                 .softcap = op_.softcap,
                 .window = op_.window,
                 .scratch = worker.scratch});
  }

  program::Attention op_;
  HeadTransform q_;
  HeadTransform k_;
  const kernels::AttentionKernel& kernel_;
  kernels::KvLayerView cache_;
  const kernels::VecKernels& vec_;
  std::atomic<uint32_t> next_task_{0};
};

Result<HeadTransform> make_transform(const Lowering& lowering,
                                     ValueId value,
                                     size_t head_dim,
                                     const std::optional<program::Norm>& norm,
                                     const std::optional<program::Rope>& rope) {
  HeadTransform transform{.value = value, .head_dim = head_dim};
  if (norm) {
    transform.norm = true;
    transform.eps = norm->eps;
    LAR_TRY(transform.norm_weight, lowering.constants.vector(norm->weight));
  }
  if (rope) {
    transform.rotate = rope->style == program::RopeStyle::kInterleaved
                           ? lowering.vec.rope_interleaved
                           : lowering.vec.rope_halves;
    transform.rope_table = static_cast<size_t>(rope->table);
    transform.pairs = lowering.program.rope_tables[transform.rope_table].dims / 2;
  }
  return transform;
}

}  // namespace

Result<OpPtr> make_attention(const Lowering& lowering,
                             const AttentionSpec& spec,
                             const kernels::AttentionKernel& kernel,
                             const kernels::KvLayerView& cache) {
  LAR_TRY(const HeadTransform q,
          make_transform(lowering, spec.q, cache.head_dim_k, spec.q_norm, spec.q_rope));
  LAR_TRY(const HeadTransform k,
          make_transform(lowering, spec.k, cache.head_dim_k, spec.k_norm, spec.k_rope));
  return std::make_unique<AttentionOp>(spec.attention, q, k, kernel, cache, lowering.vec);
}

}  // namespace lar::backend

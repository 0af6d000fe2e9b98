#include "backend/cpu/cpu_backend.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "backend/cpu/layout.h"
#include "backend/cpu/lower.h"
#include "backend/cpu/memory.h"
#include "base/check.h"
#include "base/checked.h"
#include "kernels/vec/vec.h"
#include "quant/traits.h"

namespace lar::backend {
namespace {

using program::Program;
using program::ValueId;

// Sizes of everything that an executable owns.
struct Sizes {
  uint64_t kv = 0;
  uint64_t activations = 0;
  uint64_t rope_angles = 0;
  uint64_t shared_scratch = 0;
  uint64_t worker_scratch = 0;  // of one worker
};

// A program compiled for given limits, before or after its memory exists.
struct Compiled {
  std::unique_ptr<Constants> constants;
  std::vector<kernels::KvLayerView> kv_layers;
  std::vector<OpPtr> ops;
  Layout layout;
  std::vector<uint64_t> rope_offsets;  // of each table's angles
  Sizes sizes;
};

// The cache of each layer, one after the other from `base` on. Errors: resource_exhausted where the
// size does not fit in an address.
Result<std::vector<kernels::KvLayerView>> lay_out_kv(const Program& program,
                                                     const KvOptions& options,
                                                     const kernels::AttentionKernel& kernel,
                                                     std::byte* base,
                                                     uint64_t& bytes) {
  std::vector<kernels::KvLayerView> layers;
  bytes = 0;
  const auto take = [&](uint64_t block_bytes) -> Result<uint64_t> {
    const auto size = checked_mul<uint64_t>(block_bytes, options.blocks);
    const auto padded = size ? checked_align_up<uint64_t>(*size, kAlignment) : std::nullopt;
    const auto end = padded ? checked_add<uint64_t>(bytes, *padded) : std::nullopt;
    if (!end || *end > (1ULL << 46)) {
      return fail(Code::kResourceExhausted, "the KV cache would be larger than any memory");
    }
    const uint64_t offset = bytes;
    bytes = *end;
    return offset;
  };
  for (const program::KvLayer& layer : program.kv_layers) {
    kernels::KvLayerView view{
        .k_block_bytes = kernel.row_bytes(layer.head_dim_k) * layer.kv_heads * options.block_tokens,
        .v_block_bytes = kernel.row_bytes(layer.head_dim_v) * layer.kv_heads * options.block_tokens,
        .block_tokens = options.block_tokens,
        .kv_heads = layer.kv_heads,
        .head_dim_k = layer.head_dim_k,
        .head_dim_v = layer.head_dim_v};
    LAR_TRY(const uint64_t k, take(view.k_block_bytes));
    LAR_TRY(const uint64_t v, take(view.v_block_bytes));
    if (base != nullptr) {
      view.k = base + k;
      view.v = base + v;
    }
    layers.push_back(view);
  }
  return layers;
}

Layout lay_out_values(const Program& program,
                      const std::vector<OpPtr>& ops,
                      const StepLimits& limits) {
  std::vector<Life> lives(program.values.size());
  for (size_t i = 0; i < lives.size(); ++i) {
    const program::Value& value = program.values[i];
    const uint64_t rows = value.rows == program::Rows::kTokens ? limits.tokens : limits.outputs;
    lives[i].bytes = rows * value.cols * sizeof(float);
  }
  const auto touch = [&](ValueId id, uint32_t op) {
    Life& life = lives[static_cast<size_t>(id)];
    if (!life.used) life.first = op;
    life.used = true;
    life.last = op;
  };
  for (uint32_t op = 0; op < ops.size(); ++op) {
    for (const ValueId id : ops[op]->reads()) touch(id, op);
    for (const ValueId id : ops[op]->writes()) touch(id, op);
  }
  touch(program.hidden, static_cast<uint32_t>(ops.size()));
  if (program.logits != program::kNone) touch(program.logits, static_cast<uint32_t>(ops.size()));
  return plan_layout(lives, kAlignment);
}

Result<Compiled> compile_program(const Program& program,
                                 const CompileOptions& options,
                                 const CpuOptions& cpu,
                                 int workers,
                                 std::byte* kv_base) {
  const kernels::AttentionKernel* attention = kernels::choose_attention(options.kv.type, cpu.isas);
  if (attention == nullptr) {
    return fail(Code::kUnsupported, "the CPU backend has no KV cache of type " +
                                        std::string(quant::traits(options.kv.type).name));
  }
  Compiled compiled;
  compiled.constants = std::make_unique<Constants>(program);
  LAR_TRY(compiled.kv_layers,
          lay_out_kv(program, options.kv, *attention, kv_base, compiled.sizes.kv));
  const Lowering lowering{.program = program,
                          .isas = cpu.isas,
                          .workers = workers,
                          .vec = kernels::choose_vec(cpu.isas),
                          .constants = *compiled.constants};
  LAR_TRY(compiled.ops, lower(lowering, *attention, compiled.kv_layers));
  compiled.layout = lay_out_values(program, compiled.ops, options.limits);
  compiled.sizes.activations = compiled.layout.bytes;
  for (const program::RopeTable& table : program.rope_tables) {
    compiled.rope_offsets.push_back(compiled.sizes.rope_angles);
    compiled.sizes.rope_angles +=
        align_up(uint64_t{options.limits.tokens} * table.dims * sizeof(float));
  }
  for (const OpPtr& op : compiled.ops) {
    compiled.sizes.shared_scratch =
        std::max<uint64_t>(compiled.sizes.shared_scratch, op->shared_scratch_bytes(options.limits));
    compiled.sizes.worker_scratch =
        std::max<uint64_t>(compiled.sizes.worker_scratch, op->worker_scratch_bytes(options.limits));
  }
  compiled.sizes.worker_scratch = align_up(compiled.sizes.worker_scratch);
  return compiled;
}

MemoryPlan plan_of(const Program& program,
                   const CompileOptions& options,
                   const Compiled& compiled,
                   int workers) {
  // A tied head is the same bytes twice; parts of one matrix are counted by their own bytes.
  std::set<const std::byte*> seen;
  uint64_t weights = 0;
  for (const TensorView& weight : program.weights) {
    if (seen.insert(weight.bytes.data()).second) weights += weight.bytes.size();
  }
  const Sizes& sizes = compiled.sizes;
  const auto threads = static_cast<uint64_t>(workers);
  MemoryPlan plan;
  plan.items = {
      {.what = "weights (mapped from the file)", .bytes = weights, .mapped = true},
      {.what = "norms and biases", .bytes = compiled.constants->bytes()},
      {.what = std::string(is_bidirectional(program) ? "keys and values of a step" : "KV cache") +
               " (" + std::to_string(options.kv.blocks) + " blocks of " +
               std::to_string(options.kv.block_tokens) + " tokens, " +
               std::string(quant::traits(options.kv.type).name) + ")",
       .bytes = sizes.kv},
      {.what = "activations (" + std::to_string(options.limits.tokens) + " tokens, " +
               std::to_string(options.limits.outputs) + " outputs)",
       .bytes = sizes.activations},
      {.what = "rotary angles", .bytes = sizes.rope_angles},
      {.what = "packed inputs", .bytes = sizes.shared_scratch},
      {.what = "scratch of " + std::to_string(workers) + (workers == 1 ? " thread" : " threads"),
       .bytes = sizes.worker_scratch * threads},
  };
  return plan;
}

class CpuExecutable final : public Executable {
 public:
  CpuExecutable(const Program& program, const CompileOptions& options, ThreadPool& pool)
      : values_(program.values),
        rope_tables_(program.rope_tables),
        logits_(program.logits),
        hidden_(program.hidden),
        vocab_(program.vocab),
        bidirectional_(is_bidirectional(program)),
        context_limit_(static_cast<uint64_t>(options.kv.blocks) * options.kv.block_tokens),
        options_(options),
        pool_(pool),
        positions_(options.limits.tokens) {}

  // Errors: what compiling gives, and resource_exhausted.
  Result<void> prepare(const Program& program, const CpuOptions& cpu) {
    uint64_t kv_bytes = 0;
    const auto* attention = kernels::choose_attention(options_.kv.type, cpu.isas);
    if (attention != nullptr) {
      LAR_TRY(lay_out_kv(program, options_.kv, *attention, nullptr, kv_bytes));
    }
    LAR_TRY(kv_, Memory::allocate(kv_bytes, "the KV cache"));
    LAR_TRY(compiled_, compile_program(program, options_, cpu, pool_.workers(), kv_.data()));
    const Sizes& sizes = compiled_.sizes;
    LAR_TRY(activations_, Memory::allocate(sizes.activations, "activations"));
    LAR_TRY(rope_angles_, Memory::allocate(sizes.rope_angles, "rotary angles"));
    LAR_TRY(shared_scratch_, Memory::allocate(sizes.shared_scratch, "packed inputs"));
    LAR_TRY(
        worker_scratch_,
        Memory::allocate(sizes.worker_scratch * static_cast<uint64_t>(pool_.workers()), "scratch"));
    offsets_.assign(compiled_.layout.offsets.begin(), compiled_.layout.offsets.end());
    for (const uint64_t offset : compiled_.rope_offsets) {
      rope_pointers_.push_back(reinterpret_cast<float*>(rope_angles_.data() + offset));
    }
    plan_ = plan_of(program, options_, compiled_, pool_.workers());
    return {};
  }

  const MemoryPlan& memory() const override { return plan_; }

  Result<void> run(const StepInput& input) override {
    LAR_TRY(check(input));
    Step step{.input = input,
              .tokens = static_cast<uint32_t>(input.tokens.size()),
              .outputs = static_cast<uint32_t>(input.output_rows.size()),
              .positions = {positions_.data(), input.tokens.size()},
              .value_offsets = offsets_,
              .values = values_,
              .activations = activations_.data(),
              .shared_scratch = shared_scratch_.data(),
              .rope_angles = rope_pointers_};
    for (const SequenceSlice& sequence : input.sequences) {
      for (uint32_t i = 0; i < sequence.tokens; ++i) {
        positions_[sequence.row_begin + i] = static_cast<int32_t>(sequence.first_position + i);
      }
    }
    // The head comes last; without logits the step ends before it.
    const bool skip_head = logits_ != program::kNone && !input.want_logits;
    const size_t ops = compiled_.ops.size() - (skip_head ? 1 : 0);
    auto region = [&](int index, int count) {
      const Worker worker{.index = index,
                          .count = count,
                          .barrier = &pool_.barrier(),
                          .scratch = worker_scratch_.data() +
                                     static_cast<size_t>(index) * compiled_.sizes.worker_scratch};
      make_angles(step, worker);
      pool_.barrier().wait(index);
      for (size_t i = 0; i < ops; ++i) {
        compiled_.ops[i]->run(step, worker);
        pool_.barrier().wait(index);
      }
    };
    pool_.run(region);
    return {};
  }

  std::span<float> logits(uint32_t i) override {
    LAR_CHECK(i < options_.limits.outputs && logits_ != program::kNone);
    const size_t cols = values_[static_cast<size_t>(logits_)].cols;
    return {value(logits_) + i * cols, cols};
  }
  std::span<const float> hidden(uint32_t i) override {
    LAR_CHECK(i < options_.limits.outputs);
    const size_t cols = values_[static_cast<size_t>(hidden_)].cols;
    return {value(hidden_) + i * cols, cols};
  }

  void copy_kv_block(int32_t from, int32_t to, uint32_t tokens) override {
    LAR_CHECK(tokens <= options_.kv.block_tokens && in_pool(from) && in_pool(to));
    const auto copy = [&](std::byte* base, size_t block_bytes, uint32_t kv_heads) {
      const size_t head_bytes = block_bytes / kv_heads;
      const size_t part = head_bytes / options_.kv.block_tokens * tokens;
      for (uint32_t head = 0; head < kv_heads; ++head) {
        std::memcpy(base + static_cast<size_t>(to) * block_bytes + head * head_bytes,
                    base + static_cast<size_t>(from) * block_bytes + head * head_bytes, part);
      }
    };
    for (const kernels::KvLayerView& layer : compiled_.kv_layers) {
      copy(layer.k, layer.k_block_bytes, layer.kv_heads);
      copy(layer.v, layer.v_block_bytes, layer.kv_heads);
    }
  }

 private:
  float* value(ValueId id) const {
    return reinterpret_cast<float*>(activations_.data() + offsets_[static_cast<size_t>(id)]);
  }
  bool in_pool(int32_t block) const {
    return block >= 0 && static_cast<uint32_t>(block) < options_.kv.blocks;
  }

  Result<void> check(const StepInput& input) const {
    const auto bad = [](const char* what) {
      return fail(Code::kInvalidArgument, std::string("step: ") + what);
    };
    if (input.tokens.size() > options_.limits.tokens) return bad("too many tokens");
    if (input.output_rows.size() > options_.limits.outputs) return bad("too many outputs");
    if (input.sequences.size() > options_.limits.sequences) return bad("too many sequences");
    for (const int32_t token : input.tokens) {
      if (token < 0 || static_cast<uint32_t>(token) >= vocab_) {
        return bad("a token is not in the vocabulary");
      }
    }
    size_t rows = 0;
    for (const SequenceSlice& sequence : input.sequences) {
      if (sequence.row_begin != rows) return bad("sequences do not cover the rows in order");
      rows += sequence.tokens;
      if (bidirectional_ && sequence.first_position > 0) return bad("a sequence is not whole");
      const uint64_t end = uint64_t{sequence.first_position} + sequence.tokens;
      if (sequence.block_table.size() * options_.kv.block_tokens < end || end > context_limit_) {
        return bad("a block table is too short");
      }
      if (!std::ranges::all_of(sequence.block_table, [&](int32_t b) { return in_pool(b); })) {
        return bad("a block is not in the pool");
      }
    }
    if (rows != input.tokens.size()) return bad("sequences do not cover the rows");
    for (size_t i = 0; i < input.output_rows.size(); ++i) {
      if (input.output_rows[i] >= rows ||
          (i > 0 && input.output_rows[i] <= input.output_rows[i - 1])) {
        return bad("output rows do not rise");
      }
    }
    return {};
  }

  // cos and sin of every token's position, in the order that RopeTable prescribes.
  void make_angles(const Step& step, const Worker& worker) const {
    const Range range = split_range(step.tokens, worker.index, worker.count);
    for (size_t i = 0; i < rope_tables_.size(); ++i) {
      const program::RopeTable& table = rope_tables_[i];
      for (int64_t t = range.begin; t < range.end; ++t) {
        float* out = step.rope_angles[i] + static_cast<size_t>(t) * table.dims;
        auto theta = static_cast<float>(step.positions[static_cast<size_t>(t)]);
        for (size_t pair = 0; pair < table.dims / 2; ++pair) {
          const float plain = table.factors.empty() ? theta : theta / table.factors[pair];
          float angle = table.linear * plain;
          if (!table.keep.empty()) {
            angle = angle * (1.0F - table.keep[pair]) + plain * table.keep[pair];
          }
          out[2 * pair] = std::cos(angle) * table.magnitude;
          out[2 * pair + 1] = std::sin(angle) * table.magnitude;
          theta *= table.step;
        }
      }
    }
  }

  const std::vector<program::Value> values_;
  const std::vector<program::RopeTable> rope_tables_;
  const ValueId logits_;
  const ValueId hidden_;
  const uint32_t vocab_;
  const bool bidirectional_;
  const uint64_t context_limit_;
  const CompileOptions options_;
  ThreadPool& pool_;  // borrowed from the backend
  Compiled compiled_;
  Memory kv_;
  Memory activations_;
  Memory rope_angles_;
  Memory shared_scratch_;
  Memory worker_scratch_;
  std::vector<size_t> offsets_;
  std::vector<float*> rope_pointers_;
  std::vector<int32_t> positions_;
  MemoryPlan plan_;
};

}  // namespace

CpuBackend::CpuBackend(const CpuOptions& options) : options_(options), pool_(options.threads) {}

std::string CpuBackend::name() const {
  return "cpu";
}

Result<MemoryPlan> CpuBackend::plan(const Program& program, const CompileOptions& options) const {
  LAR_TRY(const Compiled compiled,
          compile_program(program, options, options_, pool_.workers(), nullptr));
  return plan_of(program, options, compiled, pool_.workers());
}

Result<std::unique_ptr<Executable>> CpuBackend::compile(const Program& program,
                                                        const CompileOptions& options) {
  auto executable = std::make_unique<CpuExecutable>(program, options, pool_);
  LAR_TRY(executable->prepare(program, options_));
  return executable;
}

}  // namespace lar::backend

// What a device does for the engine: compile a program once, run it every step. All memory is
// planned before anything is allocated; a step allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "program/program.h"
#include "tensor/dtype.h"

namespace lar::backend {

// Upper bounds of one step, fixed when the program is compiled.
struct StepLimits {
  uint32_t tokens = 512;
  uint32_t outputs = 512;
  uint32_t sequences = 64;
};

struct KvOptions {
  DType type = DType::kF16;
  uint32_t block_tokens = 32;
  uint32_t blocks = 0;  // shared by all sequences
};

struct CompileOptions {
  StepLimits limits;
  KvOptions kv;
};

struct MemoryItem {
  std::string what;  // "weights (mapped)", "kv cache", "activations", ...
  uint64_t bytes = 0;
  bool mapped = false;  // backed by the file: counts for the page cache, not for private memory
};

// Exact: what `compile` allocates is what the plan says.
struct MemoryPlan {
  std::vector<MemoryItem> items;

  uint64_t total_bytes() const;
  uint64_t private_bytes() const;  // without the mapped items
};

// The tokens of one sequence in a step: rows [row_begin, row_begin + tokens) of the step, at
// positions first_position and on. The table covers all positions up to the last of them.
struct SequenceSlice {
  uint32_t row_begin = 0;
  uint32_t tokens = 0;
  uint32_t first_position = 0;  // 0 where the program is bidirectional
  std::span<const int32_t> block_table;
  uint32_t second_text = 0;  // > 0: the token with which the second text of a pair begins
};

struct StepInput {
  std::span<const int32_t> tokens;           // ids of all rows
  std::span<const SequenceSlice> sequences;  // cover the rows in order
  std::span<const uint32_t> output_rows;     // rising rows whose logits are wanted
  bool want_logits = true;  // false: hidden states only; of no meaning without a head
};

// A compiled program with its memory. One thread uses it at a time.
class Executable {
 public:
  virtual ~Executable() = default;
  virtual const MemoryPlan& memory() const = 0;

  // Runs one step and blocks until it is done. Errors: invalid_argument beyond the limits.
  virtual Result<void> run(const StepInput& input) = 0;

  // Row i of the last step's outputs (in the order of output_rows); valid until the next run.
  virtual std::span<float> logits(uint32_t i) = 0;
  virtual std::span<const float> hidden(uint32_t i) = 0;

  // Copies the first `tokens` positions of a KV block to another (a shared prefix that ends inside
  // a block becomes private).
  virtual void copy_kv_block(int32_t from, int32_t to, uint32_t tokens) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;

  // What compile would allocate. Pure.
  virtual Result<MemoryPlan> plan(const program::Program& program,
                                  const CompileOptions& options) const = 0;

  // Errors: unsupported (an op or a type that this backend lacks, named), resource_exhausted.
  virtual Result<std::unique_ptr<Executable>> compile(const program::Program& program,
                                                      const CompileOptions& options) = 0;
};

}  // namespace lar::backend

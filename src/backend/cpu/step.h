// What an op sees while a step runs: the step's input, where each value lies, and which worker it
// is on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "base/thread_pool.h"
#include "program/program.h"

namespace lar::backend {

struct Worker {
  int index = 0;
  int count = 1;
  SpinBarrier* barrier = nullptr;
  std::byte* scratch = nullptr;  // this worker's own, as large as the op asked for
};

// One a step; shared by all workers, read-only to ops but for the buffers behind the pointers.
struct Step {
  StepInput input;
  uint32_t tokens = 0;
  uint32_t outputs = 0;

  std::span<const int32_t> positions;     // [tokens]
  std::span<const size_t> value_offsets;  // bytes into `activations`, by ValueId
  std::span<const program::Value> values;
  std::byte* activations = nullptr;
  std::byte* shared_scratch = nullptr;  // packed activations of the op that runs
  std::span<float* const> rope_angles;  // by table: [tokens, dims / 2] x (cos, sin)

  float* value(program::ValueId id) const {
    return reinterpret_cast<float*>(activations + value_offsets[static_cast<size_t>(id)]);
  }
  int32_t* index_value(program::ValueId id) const {
    return reinterpret_cast<int32_t*>(activations + value_offsets[static_cast<size_t>(id)]);
  }
  size_t cols(program::ValueId id) const { return values[static_cast<size_t>(id)].cols; }
  uint32_t rows(program::ValueId id) const {
    return values[static_cast<size_t>(id)].rows == program::Rows::kTokens ? tokens : outputs;
  }
};

// A compiled op: everything that does not depend on the step is resolved.
class CpuOp {
 public:
  virtual ~CpuOp() = default;

  // Called by every worker of the region; a barrier follows.
  virtual void run(const Step& step, const Worker& worker) = 0;

  // Values that must be live, for the memory plan.
  virtual std::vector<program::ValueId> reads() const = 0;
  virtual std::vector<program::ValueId> writes() const = 0;

  // Bytes of shared and of each worker's scratch at the limits; 0 where none is needed.
  virtual size_t shared_scratch_bytes(const StepLimits&) const { return 0; }
  virtual size_t worker_scratch_bytes(const StepLimits&) const { return 0; }
};

}  // namespace lar::backend

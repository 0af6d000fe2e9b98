// What a step of a program costs at least: bytes that must be read and multiply-adds that must be
// done. The measure that speeds are held against.
#pragma once

#include <cstdint>

#include "program/program.h"
#include "tensor/dtype.h"

namespace lar::runtime {

struct StepCost {
  uint64_t weight_bytes = 0;           // of all matrices but the unused experts, once a step
  uint64_t head_bytes = 0;             // the part of them that only outputs need
  uint64_t ops_per_token = 0;          // 2 a weight, without the head
  uint64_t ops_per_output = 0;         // of the head
  uint64_t kv_bytes_per_position = 0;  // read for each earlier position of a sequence
};

StepCost cost_of(const program::Program& program, DType kv_type);

}  // namespace lar::runtime

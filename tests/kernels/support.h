// What the tests and benchmarks of the kernels share: random rows and weights, aligned memory,
// and skipping what this machine cannot run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/cpu.h"
#include "tensor/dtype.h"

namespace lar::kernels {

// Values in [-1, 1), the same on every machine.
std::vector<float> random_row(size_t n, uint32_t seed);

// Blocks of a weight format whose scales are sane numbers and whose other bits are arbitrary.
std::vector<std::byte> random_blocks(DType type, size_t blocks, size_t block_bytes, uint32_t seed);

// 64-byte aligned bytes.
class Buffer {
 public:
  explicit Buffer(size_t bytes) : memory_(bytes / sizeof(Line) + 1) {}
  std::byte* data() { return memory_.front().bytes; }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> memory_;
};

}  // namespace lar::kernels

#define LAR_REQUIRE_ISA(isa)                                               \
  if (!::lar::detect_isa().has(isa)) {                                     \
    GTEST_SKIP() << "this machine does not have " << ::lar::isa_name(isa); \
  }

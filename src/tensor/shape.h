// Sizes of a tensor in GGUF's order: dims[0] is the contiguous one (columns), dims[1] the rows.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace lar {

struct Shape {
  static constexpr int kMaxDims = 4;

  int rank = 0;
  std::array<uint64_t, kMaxDims> dims = {1, 1, 1, 1};  // dims beyond rank are 1

  uint64_t cols() const { return dims[0]; }
  // Product of all dims but the first; the reader has checked that it fits.
  uint64_t rows() const { return dims[1] * dims[2] * dims[3]; }
  uint64_t elements() const { return cols() * rows(); }

  bool operator==(const Shape&) const = default;
};

// "[2048, 512]"
std::string to_string(const Shape& shape);

}  // namespace lar

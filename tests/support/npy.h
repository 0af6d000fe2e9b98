// Reads float32 .npy files of two dimensions, as the reference logits are stored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace lar::test {

struct Matrix {
  uint64_t rows = 0;
  uint64_t cols = 0;
  std::vector<float> data;  // [rows, cols]

  const float* row(uint64_t i) const { return data.data() + i * cols; }
};

// An empty matrix where the file is not of that form.
Matrix read_npy(const std::filesystem::path& path);

}  // namespace lar::test

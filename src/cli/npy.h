// A .npy file (NumPy format 1.0) of float32 rows, written row by row.
#pragma once

#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace lar::cli {

class NpyWriter {
 public:
  // [rows, cols]; the file is complete after `rows` calls of `add` and one of `finish`.
  static Result<NpyWriter> create(const std::string& path, uint64_t rows, uint64_t cols);

  Result<void> add(std::span<const float> row);
  Result<void> finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
};

}  // namespace lar::cli

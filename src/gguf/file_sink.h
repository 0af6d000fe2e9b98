// Where a writer's bytes go: memory, or a file that appears under its name whole or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lar::gguf {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;

 protected:
  ByteSink() = default;
  ByteSink(const ByteSink&) = default;
  ByteSink& operator=(const ByteSink&) = default;
};

class MemorySink : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override;
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

// Writes to a temporary file beside `path`. `commit` makes it durable and gives it the name,
// replacing a file that has it; without a successful commit the destructor removes it.
class FileSink : public ByteSink {
 public:
  static Result<FileSink> create(const std::string& path);
  ~FileSink() override;
  FileSink(FileSink&& other) noexcept;
  FileSink& operator=(FileSink&&) = delete;

  Result<void> write(std::span<const std::byte> bytes) override;
  Result<void> commit();

 private:
  FileSink(int fd, std::string temporary, std::string path)
      : fd_(fd), temporary_(std::move(temporary)), path_(std::move(path)) {}

  int fd_;
  std::string temporary_;  // empty after the commit
  std::string path_;
};

}  // namespace lar::gguf

// Reads numbers and strings from front to back, never past the end of the bytes. An error says
// what was being read, how many bytes that takes and how many are left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace lar::gguf {

class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

  uint64_t position() const { return position_; }
  uint64_t remaining() const { return bytes_.size() - position_; }

  Result<std::span<const std::byte>> take(uint64_t count, std::string_view what);
  Result<uint32_t> u32(std::string_view what);
  Result<uint64_t> u64(std::string_view what);

  // A length of 64 bits, at most `bytes_max`, and that many bytes.
  Result<std::string_view> string(uint64_t bytes_max, std::string_view what);

 private:
  std::span<const std::byte> bytes_;
  uint64_t position_ = 0;  // <= bytes_.size()
};

}  // namespace lar::gguf

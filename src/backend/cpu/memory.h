// Zeroed, 64-byte aligned memory straight from the operating system: pages that are never touched
// cost nothing, so a KV cache may be planned for the whole context.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace lar::backend {

class Memory {
 public:
  // Errors: resource_exhausted, naming `what` and the size.
  static Result<Memory> allocate(uint64_t bytes, const char* what);

  Memory() = default;
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  std::byte* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

inline constexpr size_t kAlignment = 64;
constexpr size_t align_up(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace lar::backend

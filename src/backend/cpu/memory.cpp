#include "backend/cpu/memory.h"

#include <sys/mman.h>

#include <string>
#include <utility>

#include "base/humanize.h"

namespace lar::backend {
namespace {

// Big buffers are worth huge pages; small ones would waste them.
constexpr size_t kHugePageMin = 8U << 20;

}  // namespace

Result<Memory> Memory::allocate(uint64_t bytes, const char* what) {
  Memory memory;
  if (bytes == 0) return memory;
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) {
    return fail(Code::kResourceExhausted,
                std::string("cannot allocate ") + human_bytes_binary(bytes) + " for " + what);
  }
  if (bytes >= kHugePageMin) ::madvise(data, bytes, MADV_HUGEPAGE);
  memory.data_ = static_cast<std::byte*>(data);
  memory.size_ = bytes;
  return memory;
}

Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Memory::~Memory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace lar::backend

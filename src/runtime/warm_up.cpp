#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "runtime/model.h"

namespace lar::runtime {
namespace {

constexpr size_t kChunk = 16U << 20;

// Small files are read faster than a bar could be drawn.
constexpr uint64_t kSmallFile = 64U << 20;

// The pages that `bytes` touch, as mincore and madvise want them.
std::span<const std::byte> whole_pages(std::span<const std::byte> bytes) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data()) / page * page;
  const auto end = reinterpret_cast<uintptr_t>(bytes.data()) + bytes.size();
  return {reinterpret_cast<const std::byte*>(begin), (end - begin + page - 1) / page * page};
}

bool is_resident(std::span<const std::byte> pages) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> present(pages.size() / page);
  if (::mincore(const_cast<std::byte*>(pages.data()), pages.size(), present.data()) != 0) {
    return true;  // not a file mapping: nothing to wait for
  }
  return std::ranges::all_of(present, [](unsigned char p) { return (p & 1U) != 0; });
}

}  // namespace

void warm_up(const gguf::File& file, const std::function<void(uint64_t, uint64_t)>& progress) {
  if (file.file_bytes() < kSmallFile) return;
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  uint64_t done = 0;
  uint64_t total = 0;
  for (const TensorView& tensor : file.tensors()) total += tensor.bytes.size();
  for (const TensorView& tensor : file.tensors()) {
    for (size_t offset = 0; offset < tensor.bytes.size(); offset += kChunk) {
      const auto part =
          tensor.bytes.subspan(offset, std::min(kChunk, tensor.bytes.size() - offset));
      const auto pages = whole_pages(part);
      if (!is_resident(pages)) {
        ::madvise(const_cast<std::byte*>(pages.data()), pages.size(), MADV_WILLNEED);
        for (size_t at = 0; at < pages.size(); at += page) {
          static_cast<void>(*reinterpret_cast<const volatile unsigned char*>(pages.data() + at));
        }
        progress(done + part.size(), total);
      }
      done += part.size();
    }
  }
}

}  // namespace lar::runtime

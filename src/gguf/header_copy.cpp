#include "gguf/header_copy.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lar::gguf {
namespace {

constexpr size_t kFirstBytes = size_t{256} << 10U;
constexpr size_t kGrowth = 8;

std::unexpected<Error> system_error(const std::string& name, int error) {
  const Code code = error == ENOMEM ? Code::kResourceExhausted : Code::kUnavailable;
  return fail(code, name + ": " + std::strerror(error));
}

}  // namespace

Result<HeaderCopy> HeaderCopy::of(int fd, std::string name) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return system_error(name, errno);
  if (!S_ISREG(info.st_mode)) {
    return fail(Code::kInvalidArgument, name + ": is not a regular file");
  }
  const auto size = static_cast<size_t>(info.st_size);
  std::byte* data = nullptr;
  if (size > 0) {
    // Zeros that take no memory, until they are written.
    void* pages =
        ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) return system_error(name, errno);
    data = static_cast<std::byte*>(pages);
  }
  HeaderCopy copy(fd, std::move(name), data, size);
  if (size > 0) LAR_TRY(copy.copy_more());
  return copy;
}

HeaderCopy::HeaderCopy(HeaderCopy&& other) noexcept
    : fd_(other.fd_),
      name_(std::move(other.name_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      copied_(std::exchange(other.copied_, 0)) {}

HeaderCopy::~HeaderCopy() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

bool HeaderCopy::is_complete() const {
  return copied_ >= std::min(size_, kBytesMax);
}

Result<void> HeaderCopy::copy_more() {
  const size_t wanted = std::max(kFirstBytes, copied_ * kGrowth);
  const size_t end = std::min({wanted, size_, kBytesMax});
  if (::mprotect(data_, end, PROT_READ | PROT_WRITE) != 0) return system_error(name_, errno);
  size_t at = copied_;
  while (at < end) {
    const ssize_t got = ::pread(fd_, data_ + at, end - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(name_, errno);
    if (got == 0) break;  // it has become shorter: the rest stays zero
    at += static_cast<size_t>(got);
  }
  copied_ = end;
  return {};
}

}  // namespace lar::gguf

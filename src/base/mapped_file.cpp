#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace lar {
namespace {

std::unexpected<Error> errno_error(int error, const std::string& name) {
  const Code code = error == ENOENT || error == ENOTDIR ? Code::kNotFound
                    : error == EACCES || error == EPERM ? Code::kPermissionDenied
                    : error == ENOMEM                   ? Code::kResourceExhausted
                                                        : Code::kUnavailable;
  return fail(code, name + ": " + std::strerror(error));
}

// The system call itself: the C library may ask by path instead, which a sandbox denies.
int file_status(int fd, struct stat* info) {
#ifdef SYS_fstat
  return static_cast<int>(::syscall(SYS_fstat, fd, info));
#else
  return ::fstat(fd, info);
#endif
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer before we can refuse it.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno_error(errno, path);
  auto result = map_fd(fd, path);
  ::close(fd);
  return result;
}

Result<MappedFile> MappedFile::map_fd(int fd, const std::string& name) {
  struct stat info = {};
  if (file_status(fd, &info) != 0) return errno_error(errno, name);
  if (S_ISDIR(info.st_mode)) return fail(Code::kInvalidArgument, name + ": is a directory");
  if (!S_ISREG(info.st_mode)) {
    return fail(Code::kInvalidArgument, name + ": is not a regular file");
  }
  const auto size = static_cast<size_t>(info.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) return errno_error(errno, name);
  return MappedFile(static_cast<const std::byte*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::prefetch(size_t offset, size_t length) const {
  if (offset >= size_) return;
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t begin = offset / page * page;
  const size_t end = length > size_ - offset ? size_ : offset + length;
  ::madvise(const_cast<std::byte*>(data_) + begin, end - begin, MADV_WILLNEED);
}

}  // namespace lar

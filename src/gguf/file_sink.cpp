#include "gguf/file_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

namespace lar::gguf {
namespace {

std::unexpected<Error> errno_error(int error, const std::string& path) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG || error == ENOMEM;
  const Code code = full                                                  ? Code::kResourceExhausted
                    : error == ENOENT || error == ENOTDIR                 ? Code::kNotFound
                    : error == EACCES || error == EPERM || error == EROFS ? Code::kPermissionDenied
                                                                          : Code::kUnavailable;
  return fail(code, path + ": " + std::strerror(error));
}

// A rename is durable once its folder is.
Result<void> sync_folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno_error(errno, folder.string());
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  // Some file systems have nothing to sync for a folder and say so.
  if (error != 0 && error != EINVAL) return errno_error(error, folder.string());
  return {};
}

}  // namespace

Result<void> MemorySink::write(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<FileSink> FileSink::create(const std::string& path) {
  constexpr int kAttempts = 100;
  std::random_device random;
  for (int attempt = 0;; ++attempt) {
    std::string temporary = fmt::format("{}.{:08x}.tmp", path, random());
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return FileSink(fd, std::move(temporary), path);
    if (errno != EEXIST || attempt == kAttempts) return errno_error(errno, temporary);
  }
}

FileSink::FileSink(FileSink&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      temporary_(std::exchange(other.temporary_, {})),
      path_(std::move(other.path_)) {}

FileSink::~FileSink() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> FileSink::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(errno, path_);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return {};
}

Result<void> FileSink::commit() {
  if (::fsync(fd_) != 0) return errno_error(errno, path_);
  if (::close(std::exchange(fd_, -1)) != 0) return errno_error(errno, path_);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return errno_error(errno, path_);
  temporary_.clear();
  return sync_folder_of(path_);
}

}  // namespace lar::gguf

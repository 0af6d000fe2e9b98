#include "store/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace lar::store {
namespace {

constexpr size_t kReadStep = 64U << 10U;

// Calls `call` again as long as a signal interrupts it.
template <class F>
auto retry(F call) {
  decltype(call()) result{};
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

Code code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: return Code::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS: return Code::kPermissionDenied;
    case EEXIST: return Code::kAlreadyExists;
    case ENAMETOOLONG: return Code::kInvalidArgument;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM: return Code::kResourceExhausted;
    default: return Code::kUnavailable;
  }
}

std::unexpected<Error> disk_full(uint64_t needed, uint64_t available, std::string_view what) {
  return fail(Code::kResourceExhausted,
              fmt::format("{}: disk full: {} bytes needed, {} available", what, needed, available));
}

uint64_t available_bytes(const struct statvfs& info) {
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace

std::unexpected<Error> system_error(int error_number, std::string_view what) {
  return fail(code_of(error_number),
              fmt::format("{}: {}", what, std::generic_category().message(error_number)));
}

std::unexpected<Error> write_error(int error_number,
                                   int fd,
                                   uint64_t needed_bytes,
                                   std::string_view what) {
  if (error_number == ENOSPC || error_number == EDQUOT) {
    struct statvfs info{};
    const uint64_t available = fstatvfs(fd, &info) == 0 ? available_bytes(info) : 0;
    return disk_full(needed_bytes, available, what);
  }
  return system_error(error_number, what);
}

Result<Fd> open_file(const std::filesystem::path& path,
                     int flags,
                     std::string_view what,
                     mode_t mode) {
  const int fd = retry([&] { return open(path.c_str(), flags | O_CLOEXEC, mode); });
  if (fd < 0) return system_error(errno, what);
  return Fd(fd);
}

Result<Fd> open_regular(const std::filesystem::path& path, std::string_view what) {
  LAR_TRY(auto fd, open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, what));
  LAR_TRY(const auto info, stat_fd(fd, what));
  if (!S_ISREG(info.st_mode)) {
    return fail(Code::kInvalidArgument, fmt::format("{}: not a regular file", what));
  }
  return fd;
}

Result<struct stat> stat_fd(const Fd& fd, std::string_view what) {
  struct stat info{};
  if (fstat(fd.get(), &info) != 0) return system_error(errno, what);
  return info;
}

uint64_t file_bytes(const struct stat& info) {
  return static_cast<uint64_t>(info.st_size);
}

int64_t modified_ns(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

Result<void> write_at(const Fd& fd,
                      uint64_t offset,
                      std::span<const std::byte> bytes,
                      std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t n = retry(
        [&] { return pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (n < 0) return write_error(errno, fd.get(), bytes.size(), what);
    if (n == 0) return fail(Code::kUnavailable, fmt::format("{}: nothing was written", what));
    bytes = bytes.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

Result<size_t> read_at(const Fd& fd,
                       uint64_t offset,
                       std::span<std::byte> bytes,
                       std::string_view what) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = retry([&] {
      return pread(fd.get(), bytes.data() + done, bytes.size() - done,
                   static_cast<off_t>(offset + done));
    });
    if (n < 0) return system_error(errno, what);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Result<std::string> read_all(const Fd& fd, size_t bytes_max, std::string_view what) {
  std::string text;
  while (true) {
    const size_t step = std::min(kReadStep, bytes_max - text.size() + 1);
    const size_t done = text.size();
    text.resize(done + step);
    LAR_TRY(const size_t n,
            read_at(fd, done, std::as_writable_bytes(std::span(text).subspan(done)), what));
    text.resize(done + n);
    if (text.size() > bytes_max) {
      return fail(Code::kResourceExhausted,
                  fmt::format("{}: longer than {} bytes", what, bytes_max));
    }
    if (n < step) return text;
  }
}

Result<std::string> read_small_file(const std::filesystem::path& path,
                                    size_t bytes_max,
                                    std::string_view what) {
  LAR_TRY(const auto fd, open_regular(path, what));
  return read_all(fd, bytes_max, what);
}

Result<void> sync_file(const Fd& fd, std::string_view what) {
  if (retry([&] { return fsync(fd.get()); }) != 0) return write_error(errno, fd.get(), 0, what);
  return {};
}

Result<void> sync_directory(const std::filesystem::path& path, std::string_view what) {
  LAR_TRY(const auto fd, open_file(path, O_RDONLY | O_DIRECTORY, what));
  // Some network file systems cannot sync a directory and say EINVAL; they have nothing to sync.
  if (retry([&] { return fsync(fd.get()); }) != 0 && errno != EINVAL) {
    return system_error(errno, what);
  }
  return {};
}

Result<void> make_directories(const std::filesystem::path& base,
                              const std::filesystem::path& relative,
                              std::string_view what) {
  std::filesystem::path path = base;
  for (const auto& part : relative) {
    const std::filesystem::path parent = path;
    path /= part;
    if (mkdir(path.c_str(), 0755) != 0) {
      if (errno != EEXIST) return system_error(errno, what);
      continue;
    }
    LAR_TRY(sync_directory(parent, what));
  }
  return {};
}

Result<void> remove_file(const std::filesystem::path& path, std::string_view what) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return system_error(errno, what);
  return {};
}

Result<uint64_t> free_space(const std::filesystem::path& path) {
  struct statvfs info{};
  if (retry([&] { return statvfs(path.c_str(), &info); }) != 0) {
    return system_error(errno, "store");
  }
  return available_bytes(info);
}

Result<void> require_space(const std::filesystem::path& path,
                           uint64_t bytes,
                           std::string_view what) {
  LAR_TRY(const uint64_t available, free_space(path));
  if (available < bytes) return disk_full(bytes, available, what);
  return {};
}

}  // namespace lar::store

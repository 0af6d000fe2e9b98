// The system calls of the store: descriptors that close themselves, whole reads and writes, and the
// steps of durability. Errors say what was done to what (`what`: "blob sha256:..."), never a path.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace lar::store {

using lar::Fd;

// The error of a failed call: not_found, permission_denied, already_exists, invalid_argument (a
// name too long for the file system), resource_exhausted (disk, descriptors) or unavailable.
std::unexpected<Error> system_error(int error_number, std::string_view what);

// Like system_error; for a full disk it says how much was needed and is there.
std::unexpected<Error> write_error(int error_number,
                                   int fd,
                                   uint64_t needed_bytes,
                                   std::string_view what);

// Always O_CLOEXEC.
Result<Fd> open_file(const std::filesystem::path& path,
                     int flags,
                     std::string_view what,
                     mode_t mode = 0644);

// Opens for reading and makes sure that it is a regular file: never blocks on a fifo or device.
Result<Fd> open_regular(const std::filesystem::path& path, std::string_view what);

Result<struct stat> stat_fd(const Fd& fd, std::string_view what);
uint64_t file_bytes(const struct stat& info);
int64_t modified_ns(const struct stat& info);

Result<void> write_at(const Fd& fd,
                      uint64_t offset,
                      std::span<const std::byte> bytes,
                      std::string_view what);

// Reads up to bytes.size(); fewer only at the end of the file.
Result<size_t> read_at(const Fd& fd,
                       uint64_t offset,
                       std::span<std::byte> bytes,
                       std::string_view what);

// The whole file, at most `bytes_max` long (else resource_exhausted).
Result<std::string> read_all(const Fd& fd, size_t bytes_max, std::string_view what);
Result<std::string> read_small_file(const std::filesystem::path& path,
                                    size_t bytes_max,
                                    std::string_view what);

Result<void> sync_file(const Fd& fd, std::string_view what);
Result<void> sync_directory(const std::filesystem::path& path, std::string_view what);

// Makes every missing directory of base/relative durably. `base` must exist.
Result<void> make_directories(const std::filesystem::path& base,
                              const std::filesystem::path& relative,
                              std::string_view what);

// Removes a file; that it does not exist is no error.
Result<void> remove_file(const std::filesystem::path& path, std::string_view what);

// Bytes that this user may still write to the file system of `path`.
Result<uint64_t> free_space(const std::filesystem::path& path);

// resource_exhausted, "disk full: ...", if fewer than `bytes` are free there.
Result<void> require_space(const std::filesystem::path& path,
                           uint64_t bytes,
                           std::string_view what);

}  // namespace lar::store

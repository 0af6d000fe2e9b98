// A file mapped read-only. The mapping may outlive the path; the bytes may be a model's weights,
// so they are shared with the page cache and never copied.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace lar {

class MappedFile {
 public:
  // Errors: not_found, permission_denied, invalid_argument (not a regular file), unavailable.
  // The message names the path.
  static Result<MappedFile> open(const std::string& path);

  // Maps an open descriptor, which stays the caller's; `name` is for messages.
  static Result<MappedFile> map_fd(int fd, const std::string& name);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

  // Tells the kernel that [offset, offset+length) is wanted soon (a hint).
  void prefetch(size_t offset, size_t length) const;

 private:
  MappedFile(const std::byte* data, size_t size) : data_(data), size_(size) {}

  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace lar

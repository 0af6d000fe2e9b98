// The front of a file as a copy, at the addresses that a mapping of the file would have: bytes that
// were not copied read as zeros, whatever happens to the file in the meantime.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace lar::gguf {

class HeaderCopy {
 public:
  // No header is longer; what stands behind it is not copied.
  static constexpr size_t kBytesMax = size_t{128} << 20U;

  // Of an open descriptor, which stays the caller's. Errors: invalid_argument (no regular file),
  // unavailable, resource_exhausted; the message begins with `name`.
  static Result<HeaderCopy> of(int fd, std::string name);

  HeaderCopy(HeaderCopy&& other) noexcept;
  HeaderCopy& operator=(HeaderCopy&&) = delete;
  HeaderCopy(const HeaderCopy&) = delete;
  HeaderCopy& operator=(const HeaderCopy&) = delete;
  ~HeaderCopy();

  // As long as the file was.
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  size_t copied() const { return copied_; }
  // Whether there is nothing left that may be copied.
  bool is_complete() const;
  // Several times as much as before. The descriptor must still be open.
  Result<void> copy_more();

 private:
  HeaderCopy(int fd, std::string name, std::byte* data, size_t size)
      : fd_(fd), name_(std::move(name)), data_(data), size_(size) {}

  int fd_;
  std::string name_;
  std::byte* data_;
  size_t size_;
  size_t copied_ = 0;
};

}  // namespace lar::gguf

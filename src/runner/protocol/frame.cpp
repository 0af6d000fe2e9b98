#include "runner/protocol/frame.h"

#include <fmt/format.h>

#include <cstring>

namespace lar::runner {
namespace {

constexpr size_t kLengthBytes = 4;
// A buffer that one long frame has stretched is given back.
constexpr size_t kKeptBytes = 1U << 20;

}  // namespace

void FrameReader::append(std::span<const uint8_t> bytes) {
  if (begin_ == bytes_.size()) {
    bytes_.clear();
    if (bytes_.capacity() > kKeptBytes) bytes_.shrink_to_fit();
    begin_ = 0;
  } else if (begin_ > bytes_.size() / 2) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(begin_));
    begin_ = 0;
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<std::string_view>> FrameReader::next() {
  if (held() < kLengthBytes) return std::nullopt;
  uint32_t length = 0;
  std::memcpy(&length, bytes_.data() + begin_, kLengthBytes);
  if (length > max_) {
    return fail(Code::kDataCorrupt,
                fmt::format("a frame of {} bytes, the limit is {}", length, max_));
  }
  if (held() - kLengthBytes < length) return std::nullopt;
  const std::string_view content(
      reinterpret_cast<const char*>(bytes_.data()) + begin_ + kLengthBytes, length);
  begin_ += kLengthBytes + length;
  return content;
}

}  // namespace lar::runner

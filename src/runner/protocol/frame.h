// Cuts a stream of bytes into frames.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::runner {

class FrameReader {
 public:
  explicit FrameReader(size_t frame_bytes_max) : max_(frame_bytes_max) {}

  void append(std::span<const uint8_t> bytes);

  // The next whole frame's content, valid until the next call; nullopt where more bytes are needed.
  // Errors: data_corrupt for a frame beyond the limit: the stream is lost.
  Result<std::optional<std::string_view>> next();

  // Bytes that are kept.
  size_t held() const { return bytes_.size() - begin_; }

 private:
  size_t max_;
  std::vector<uint8_t> bytes_;
  size_t begin_ = 0;  // of what was not handed out
};

}  // namespace lar::runner

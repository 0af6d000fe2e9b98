// Bounds recursion by count and by bytes of stack.
#pragma once

#include <cstddef>
#include <cstdint>

#include "chat/jinja/limits.h"

namespace lar::chat::jinja {

class Recursion {
 public:
  explicit Recursion(uint32_t levels_max)
      : base_(static_cast<const char*>(__builtin_frame_address(0))), levels_max_(levels_max) {}

  // One level for the lifetime of this object; false if there is none left.
  class Level {
   public:
    explicit Level(Recursion& recursion) : recursion_(recursion) { ++recursion_.levels_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --recursion_.levels_; }
    explicit operator bool() const { return recursion_.has_room(); }

   private:
    Recursion& recursion_;
  };

 private:
  bool has_room() const {
    const auto* here = static_cast<const char*>(__builtin_frame_address(0));
    const size_t used = static_cast<size_t>(here < base_ ? base_ - here : here - base_);
    return levels_ <= levels_max_ && used < kStackBytesMax;
  }

  const char* base_;
  uint32_t levels_max_;
  uint32_t levels_ = 0;
};

}  // namespace lar::chat::jinja

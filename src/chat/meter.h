// Counts what one rendering holds in memory and how much it has worked, against fixed limits.
// Running over a limit is sticky: builders stop to grow, and the renderer sees it at its next step.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lar::chat {

class Meter {
 public:
  Meter(uint64_t work_max, size_t bytes_max) : work_max_(work_max), bytes_max_(bytes_max) {}
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  // One unit is about one step of the interpreter or 64 bytes moved. False: over the limit.
  bool work(uint64_t units) {
    work_ += units;
    return work_ <= work_max_ && !out_of_memory_;
  }

  // The same for bytes that are worked on one by one, as a change of case does.
  bool work_on(size_t bytes) { return work(bytes / 8); }

  // False, and nothing is held, if the bytes would not fit.
  bool hold(size_t bytes) {
    if (bytes > bytes_max_ - bytes_) {
      out_of_memory_ = true;
      return false;
    }
    bytes_ += bytes;
    return true;
  }
  void release(size_t bytes) { bytes_ -= bytes; }

  // Whether `bytes` more could be held; says so stickily if not.
  bool fits(uint64_t bytes) {
    if (bytes > bytes_max_ - bytes_) out_of_memory_ = true;
    return !out_of_memory_;
  }

  bool exceeded() const { return out_of_memory_ || work_ > work_max_; }
  bool out_of_memory() const { return out_of_memory_; }

 private:
  const uint64_t work_max_;
  const size_t bytes_max_;
  uint64_t work_ = 0;
  size_t bytes_ = 0;
  bool out_of_memory_ = false;
};

// Bytes held for the lifetime of this object; a null meter counts nothing.
class HeldBytes {
 public:
  HeldBytes() = default;
  HeldBytes(Meter* meter, size_t bytes) : meter_(meter) { add(bytes); }
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;
  ~HeldBytes() {
    if (meter_ != nullptr) meter_->release(bytes_);
  }

  bool add(size_t bytes) {
    if (meter_ == nullptr) return true;
    if (!meter_->hold(bytes)) return false;
    bytes_ += bytes;
    return true;
  }

  Meter* meter() const { return meter_; }

 private:
  Meter* meter_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace lar::chat

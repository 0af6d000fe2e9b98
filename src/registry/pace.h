// Time: waits that a stop ends at once, delays that grow, a limit on bytes per second.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "base/result.h"
#include "registry/config.h"

namespace lar::registry {

using Clock = std::chrono::steady_clock;

// Error: cancelled.
Result<void> wait_until(Clock::time_point moment, const std::stop_token& stop);
Result<void> wait_for(std::chrono::milliseconds time, const std::stop_token& stop);

// The delay before try `attempt` (from 1): doubled each time, times a random 0.5 to 1.5.
std::chrono::milliseconds back_off(const RetryPolicy& policy, int attempt);

// What was told, and up to a quarter (at most a second) more, so that not all come back together.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds told);

// A token bucket that all transfers share. Thread-safe.
class BandwidthLimit {
 public:
  explicit BandwidthLimit(uint64_t bytes_per_second) : rate_(bytes_per_second) {}

  // Returns when `bytes` more may pass. Error: cancelled.
  Result<void> take(uint64_t bytes, const std::stop_token& stop);

 private:
  const uint64_t rate_;  // 0: no limit
  std::mutex mutex_;
  Clock::time_point free_ = Clock::now();  // when all that was taken has passed
};

}  // namespace lar::registry

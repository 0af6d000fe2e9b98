#include "registry/pace.h"

#include <algorithm>
#include <condition_variable>
#include <random>

namespace lar::registry {
namespace {

double random_between(double low, double high) {
  std::random_device device;
  return std::uniform_real_distribution<double>(low, high)(device);
}

std::chrono::milliseconds scaled(std::chrono::milliseconds time, double factor) {
  return std::chrono::milliseconds(
      static_cast<int64_t>(static_cast<double>(time.count()) * factor));
}

}  // namespace

Result<void> wait_until(Clock::time_point moment, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_until(lock, stop, moment, [] { return false; });
  if (stop.stop_requested()) return fail(Code::kCancelled, "cancelled");
  return {};
}

Result<void> wait_for(std::chrono::milliseconds time, const std::stop_token& stop) {
  return wait_until(Clock::now() + time, stop);
}

std::chrono::milliseconds back_off(const RetryPolicy& policy, int attempt) {
  std::chrono::milliseconds delay = policy.first_delay;
  for (int i = 1; i < attempt && delay < policy.delay_max; ++i) delay *= 2;
  return scaled(std::min(delay, policy.delay_max), random_between(0.5, 1.5));
}

std::chrono::milliseconds with_jitter(std::chrono::milliseconds told) {
  const auto spread = std::min<std::chrono::milliseconds>(told / 4, std::chrono::seconds(1));
  return told + scaled(spread, random_between(0, 1));
}

Result<void> BandwidthLimit::take(uint64_t bytes, const std::stop_token& stop) {
  if (rate_ == 0) return {};
  // A pause lets a quarter of a second's worth pass at once.
  constexpr std::chrono::milliseconds kBurst{250};
  Clock::time_point begin;
  {
    const std::scoped_lock lock(mutex_);
    begin = std::max(free_, Clock::now() - kBurst);
    const auto cost =
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate_));
    free_ = begin + std::chrono::duration_cast<Clock::duration>(cost);
  }
  return begin > Clock::now() ? wait_until(begin, stop) : Result<void>();
}

}  // namespace lar::registry

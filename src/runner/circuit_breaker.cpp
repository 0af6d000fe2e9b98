#include "runner/circuit_breaker.h"

#include <fmt/format.h>

#include <algorithm>

namespace lar::runner {

Result<void> CircuitBreaker::allow(const std::string& key, Time now) const {
  const auto found = crashes_.find(key);
  if (found == crashes_.end()) return {};
  const std::deque<Time>& times = found->second;
  if (times.size() < kCrashesMax || times.back() - times.front() > kWindow) return {};
  const auto wait = times.back() + kPause - now;
  if (wait <= Time::duration::zero()) return {};
  return fail(Code::kUnavailable,
              fmt::format("the model crashed {} times within {} s; it is not loaded again for {} s",
                          kCrashesMax, kWindow.count(),
                          std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

void CircuitBreaker::record_crash(const std::string& key, Time now) {
  if (crashes_.size() >= kKeysMax && !crashes_.contains(key)) {
    crashes_.erase(std::ranges::min_element(crashes_, {},
                                            [](const auto& entry) { return entry.second.back(); }));
  }
  std::deque<Time>& times = crashes_[key];
  times.push_back(now);
  if (times.size() > kCrashesMax) times.pop_front();
}

}  // namespace lar::runner

// Counts crashes of what is loaded and says when it may be loaded again: a model that kills its
// runner each time must not keep the machine busy with loading it.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/result.h"

namespace lar::runner {

class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // After this many crashes within the window, the next start waits for the pause to pass; it then
  // is a trial: one more crash and the pause begins again.
  static constexpr size_t kCrashesMax = 5;
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::chrono::seconds kPause{15};
  static constexpr size_t kKeysMax = 1024;  // the longest quiet ones are forgotten

  // Errors: unavailable, with the seconds to wait.
  Result<void> allow(const std::string& key, Time now) const;

  void record_crash(const std::string& key, Time now);

  // It has served a request: earlier crashes do not count any more.
  void record_success(const std::string& key) { crashes_.erase(key); }

 private:
  std::unordered_map<std::string, std::deque<Time>> crashes_;  // the last kCrashesMax of each
};

}  // namespace lar::runner

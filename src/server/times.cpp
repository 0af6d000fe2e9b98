#include "server/times.h"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

namespace lar::server {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

// ".5", or nothing for a whole second.
std::string fraction(int64_t ns) {
  if (ns == 0) return {};
  std::string digits = fmt::format(".{:09}", ns);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

std::string format(const std::tm& tm, int64_t ns) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", tm.tm_year + 1900, tm.tm_mon + 1,
                     tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, fraction(ns));
}

struct Split {
  std::time_t seconds;
  int64_t ns;
};

Split split(int64_t unix_ns) {
  int64_t seconds = unix_ns / kNsPerSecond;
  int64_t ns = unix_ns % kNsPerSecond;
  if (ns < 0) {
    ns += kNsPerSecond;
    --seconds;
  }
  return {static_cast<std::time_t>(seconds), ns};
}

}  // namespace

std::string utc_time(int64_t unix_ns) {
  const Split at = split(unix_ns);
  std::tm tm{};
  ::gmtime_r(&at.seconds, &tm);
  return format(tm, at.ns) + "Z";
}

std::string local_time(int64_t unix_ns) {
  const Split at = split(unix_ns);
  std::tm tm{};
  ::localtime_r(&at.seconds, &tm);
  const long offset = tm.tm_gmtoff;
  if (offset == 0) return format(tm, at.ns) + "Z";
  const long minutes = std::labs(offset) / 60;
  return fmt::format("{}{}{:02}:{:02}", format(tm, at.ns), offset < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return utc_time(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

}  // namespace lar::server

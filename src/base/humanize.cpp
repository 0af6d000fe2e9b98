#include "base/humanize.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace lar {
namespace {

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 48> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, args...);
  return buffer.data();
}

}  // namespace

std::string human_bytes(uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000.0 && unit + 1 < kUnits.size()) {
    value /= 1000.0;
    ++unit;
  }
  if (unit == 0 || value >= 10.0) return print("%d %s", static_cast<int>(value), kUnits[unit]);
  if (value == std::floor(value)) return print("%d %s", static_cast<int>(value), kUnits[unit]);
  return print("%.1f %s", value, kUnits[unit]);
}

std::string human_bytes_binary(uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024.0 && unit + 1 < kUnits.size()) {
    value /= 1024.0;
    ++unit;
  }
  return unit == 0 ? print("%d B", static_cast<int>(value)) : print("%.1f %s", value, kUnits[unit]);
}

std::string human_count(uint64_t count) {
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000'000 && count % 1'000'000'000 == 0) return print("%.0fB", value / 1e9);
  if (count >= 1'000'000'000) return print("%.1fB", value / 1e9);
  if (count >= 1'000'000) return print("%.2fM", value / 1e6);
  if (count >= 1'000) return print("%.0fK", value / 1e3);
  return print("%d", static_cast<int>(count));
}

std::string human_duration(std::chrono::nanoseconds duration) {
  const double exact_hours = std::chrono::duration<double, std::ratio<3600>>(duration).count();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  const auto plural = [](int64_t count, const char* unit) {
    return std::to_string(count) + " " + unit;
  };
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return plural(seconds, "seconds");
  const int64_t minutes = seconds / 60;
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return plural(minutes, "minutes");
  const auto hours = static_cast<int64_t>(std::llround(exact_hours));
  if (hours == 1) return "About an hour";
  if (hours < 48) return plural(hours, "hours");
  if (hours < 24 * 14) return plural(hours / 24, "days");
  if (hours < 24 * 60) return plural(hours / 24 / 7, "weeks");
  if (hours < 24 * 365 * 2) return plural(hours / 24 / 30, "months");
  return plural(static_cast<int64_t>(exact_hours) / 24 / 365, "years");
}

std::string relative_time(std::chrono::nanoseconds until) {
  constexpr auto kForever = std::chrono::hours(24 * 365 * 20);
  if (until > kForever) return "Forever";
  if (until > std::chrono::nanoseconds(0)) return human_duration(until) + " from now";
  return human_duration(-until) + " ago";
}

std::string go_duration(std::chrono::nanoseconds duration) {
  const int64_t ns = duration.count();
  if (ns == 0) return "0s";
  const std::string sign = ns < 0 ? "-" : "";
  const uint64_t left = ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  // `value` in units of `unit` with as many decimals as it needs.
  const auto decimal = [](uint64_t value, uint64_t unit) {
    std::string text = std::to_string(value / unit);
    std::string fraction = std::to_string(value % unit + unit).substr(1);
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    return fraction.empty() ? text : text + "." + fraction;
  };
  if (left < 1'000) return sign + std::to_string(left) + "ns";
  if (left < 1'000'000) return sign + decimal(left, 1'000) + "\u00b5s";
  if (left < 1'000'000'000) return sign + decimal(left, 1'000'000) + "ms";
  constexpr uint64_t kMinute = 60'000'000'000;
  const uint64_t minutes = left / kMinute;
  std::string text = sign;
  if (minutes >= 60) text += std::to_string(minutes / 60) + "h";
  if (minutes > 0) text += std::to_string(minutes % 60) + "m";
  return text + decimal(left % kMinute, 1'000'000'000) + "s";
}

}  // namespace lar

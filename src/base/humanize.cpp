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
  if (count >= 1'000'000'000) return print("%.1fB", value / 1e9);
  if (count >= 1'000'000) return print("%.2fM", value / 1e6);
  if (count >= 1'000) return print("%.0fK", value / 1e3);
  return print("%d", static_cast<int>(count));
}

}  // namespace lar

#include "cli/moments.h"

#include <charconv>

#include "base/humanize.h"

namespace lar::cli {
namespace {

using Nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;

Nanoseconds now() {
  return std::chrono::system_clock::now();
}

// Exactly `digits` decimal digits at the front of `text`, which is moved behind them.
std::optional<int> take_number(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::chrono::nanoseconds take_fraction(std::string_view& text) {
  int64_t value = 0;
  int64_t scale = 1'000'000'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (scale > 1) {
      value = value * 10 + (text.front() - '0');
      scale /= 10;
    }
    text.remove_prefix(1);
  }
  return std::chrono::nanoseconds(value * scale);
}

// Minutes east of UTC.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return std::chrono::minutes(0);
  const bool west = text.starts_with('-');
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return west ? -offset : offset;
}

}  // namespace

std::optional<Nanoseconds> parse_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second) return std::nullopt;
  std::chrono::nanoseconds fraction(0);
  if (take(text, '.')) fraction = take_fraction(text);
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *year < 1700 || *year > 2250) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + fraction - *zone;
}

std::string moment_ago(std::string_view rfc3339) {
  const auto moment = parse_rfc3339(rfc3339);
  return moment ? relative_time(*moment - now()) : "Never";
}

std::string moment_until(std::string_view rfc3339) {
  // A year beyond what the parser takes stands for no end.
  if (rfc3339.size() > 4 && rfc3339.substr(0, 4) > "2250") return "Forever";
  const auto moment = parse_rfc3339(rfc3339);
  if (!moment) return "Never";
  return *moment <= now() ? "Stopping..." : relative_time(*moment - now());
}

}  // namespace lar::cli

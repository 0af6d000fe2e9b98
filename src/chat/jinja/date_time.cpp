#include "chat/jinja/date_time.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>

namespace lar::chat::jinja {
namespace {

// Reads exactly `digits` digits at `*at`.
bool read_number(std::string_view text, size_t* at, size_t digits, int* out) {
  if (*at + digits > text.size()) return false;
  const char* end = text.data() + *at + digits;
  const auto parsed = std::from_chars(text.data() + *at, end, *out);
  if (parsed.ec != std::errc() || parsed.ptr != end || *out < 0) return false;
  *at += digits;
  return true;
}

bool skip(std::string_view text, size_t* at, char c) {
  if (*at >= text.size() || text[*at] != c) return false;
  ++*at;
  return true;
}

bool is_valid(const DateTime& time) {
  const std::chrono::year_month_day date{std::chrono::year(time.year),
                                         std::chrono::month(static_cast<unsigned>(time.month)),
                                         std::chrono::day(static_cast<unsigned>(time.day))};
  return date.ok() && time.hour < 24 && time.minute < 60 && time.second < 60;
}

std::tm to_tm(const DateTime& time) {
  std::tm tm{};
  tm.tm_year = time.year - 1900;
  tm.tm_mon = time.month - 1;
  tm.tm_mday = time.day;
  tm.tm_hour = time.hour;
  tm.tm_min = time.minute;
  tm.tm_sec = time.second;
  // timegm fills in the day of the week and of the year.
  std::tm filled = tm;
  timegm(&filled);
  tm.tm_wday = filled.tm_wday;
  tm.tm_yday = filled.tm_yday;
  tm.tm_isdst = -1;
  return tm;
}

}  // namespace

DateTime local_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm tm{};
  localtime_r(&seconds, &tm);
  const auto fraction = std::chrono::duration_cast<std::chrono::microseconds>(
      now - std::chrono::system_clock::from_time_t(seconds));
  return {tm.tm_year + 1900,
          tm.tm_mon + 1,
          tm.tm_mday,
          tm.tm_hour,
          tm.tm_min,
          tm.tm_sec,
          static_cast<int>(fraction.count())};
}

std::optional<DateTime> parse_iso_8601(std::string_view text) {
  DateTime time;
  size_t at = 0;
  if (!read_number(text, &at, 4, &time.year) || !skip(text, &at, '-') ||
      !read_number(text, &at, 2, &time.month) || !skip(text, &at, '-') ||
      !read_number(text, &at, 2, &time.day)) {
    return std::nullopt;
  }
  if (at < text.size()) {
    if (!skip(text, &at, 'T') && !skip(text, &at, ' ')) return std::nullopt;
    if (!read_number(text, &at, 2, &time.hour) || !skip(text, &at, ':') ||
        !read_number(text, &at, 2, &time.minute)) {
      return std::nullopt;
    }
    if (skip(text, &at, ':') && !read_number(text, &at, 2, &time.second)) return std::nullopt;
    if (skip(text, &at, '.')) {
      int scale = 100'000;
      const size_t begin = at;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
        time.microsecond += (text[at] - '0') * scale;
      }
      if (at == begin) return std::nullopt;
    }
    if (!skip(text, &at, 'Z') && (skip(text, &at, '+') || skip(text, &at, '-'))) {
      int ignored = 0;
      if (!read_number(text, &at, 2, &ignored)) return std::nullopt;
      skip(text, &at, ':');
      if (!read_number(text, &at, 2, &ignored)) return std::nullopt;
    }
    if (at != text.size()) return std::nullopt;
  }
  if (!is_valid(time)) return std::nullopt;
  return time;
}

std::string format_time(const DateTime& time, std::string_view format) {
  const std::tm tm = to_tm(time);
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 >= format.size()) {
      out.push_back(format[i]);
      continue;
    }
    std::string directive = "%";
    char kind = format[++i];
    // glibc's flags: no padding, other padding, upper case.
    if (std::string_view("-_0^#").find(kind) != std::string_view::npos && i + 1 < format.size()) {
      directive.push_back(kind);
      kind = format[++i];
    }
    directive.push_back(kind);
    if (kind == 'f') {
      out += fmt::format("{:06}", time.microsecond);
    } else if (kind == 'z' || kind == 'Z') {
      // A naive datetime has no zone.
    } else {
      char buffer[256];
      out.append(buffer, std::strftime(buffer, sizeof buffer, directive.c_str(), &tm));
    }
  }
  return out;
}

}  // namespace lar::chat::jinja

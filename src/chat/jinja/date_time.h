// The moment that strftime_now() formats, as the caller's calendar and clock show it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lar::chat::jinja {

struct DateTime {
  int year = 1970;
  int month = 1;  // 1-12
  int day = 1;    // 1-31
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;
};

DateTime local_now();

// "2024-07-26", "2024-07-26T12:00:00", with fraction and offset (which is not applied); nullopt
// if it is none of these or no such day.
std::optional<DateTime> parse_iso_8601(std::string_view text);

// As datetime.strftime in the C locale, without a time zone.
std::string format_time(const DateTime& time, std::string_view format);

}  // namespace lar::chat::jinja

// Moments of the API (RFC 3339) as tables print them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lar::cli {

// "2026-11-27T06:10:34.123456789+02:00" or ...Z. nullopt for any other text.
std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_rfc3339(std::string_view text);

// "2 hours ago"; "Never" for no moment.
std::string moment_ago(std::string_view rfc3339);

// "4 minutes from now"; "Stopping..." once it has passed, "Forever" where it is far away.
std::string moment_until(std::string_view rfc3339);

}  // namespace lar::cli

// Moments as the API writes them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lar::server {

// RFC 3339 with as many digits of the second as there are: "2026-08-01T12:00:00.5Z"; UTC.
std::string utc_time(int64_t unix_ns);

// The same in the machine's zone: "2026-08-01T14:00:00.5+02:00".
std::string local_time(int64_t unix_ns);

std::string utc_now();

}  // namespace lar::server

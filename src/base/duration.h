// Durations as Go writes them, which Ollama's variables, flags and requests use: "5m", "1h30m",
// "-1.5s", "100ms".
#pragma once

#include <chrono>
#include <string_view>

#include "base/result.h"

namespace lar {

// Units ns, us, µs, ms, s, m, h; "0" needs none. Errors: invalid_argument with Go's words
// (`time: invalid duration "soon"`, `time: missing unit in duration "5"`), also for what 64 bits of
// nanoseconds cannot hold.
Result<std::chrono::nanoseconds> parse_go_duration(std::string_view text);

}  // namespace lar

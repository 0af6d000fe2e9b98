// Numbers as people read them in tables and messages.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lar {

// "1.3 GB", "815 MB", "512 B": powers of 1000, as Ollama's tables print sizes.
std::string human_bytes(uint64_t bytes);

// "1.2 GiB", "64.0 KiB": powers of 1024, for memory.
std::string human_bytes_binary(uint64_t bytes);

// "3.2B", "494.03M", "260K": parameter counts as Ollama prints them.
std::string human_count(uint64_t count);

// How long ago or ahead a moment is, in one unit: "Less than a second", "About an hour",
// "3 weeks". Negative durations count as none.
std::string human_duration(std::chrono::nanoseconds duration);

// The same with its direction, as tables print it: "2 hours ago", "4 minutes from now", "Forever"
// (more than about 20 years ahead).
std::string relative_time(std::chrono::nanoseconds until);

// A duration as Go prints it: "1.234567891s", "130.079ms", "2m0.5s", "0s".
std::string go_duration(std::chrono::nanoseconds duration);

}  // namespace lar

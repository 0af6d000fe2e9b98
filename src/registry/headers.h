// Header values that registries answer with, parsed within limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lar::registry {

inline constexpr size_t kChallengeBytesMax = 8U << 10U;
inline constexpr size_t kChallengesMax = 8;
inline constexpr size_t kChallengeParametersMax = 16;

// One way of WWW-Authenticate: `Bearer realm="...",service="...",scope="..."`.
struct Challenge {
  std::string scheme;                                           // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  // The parameter's value; nullptr if it is not there.
  const std::string* find(std::string_view name) const;
};

// RFC 9110, section 11.6.1. Error: data_corrupt.
Result<std::vector<Challenge>> parse_challenges(std::string_view value);

// "bytes 0-99/1000"; the total is nullopt where it is "*". Error: data_corrupt.
struct ContentRange {
  uint64_t begin = 0;
  uint64_t end = 0;  // exclusive
  std::optional<uint64_t> total;
};
Result<ContentRange> parse_content_range(std::string_view value);

// "0-99" or "bytes=0-99", how far an upload has come: the exclusive end. "0-0" is what some answer
// for nothing at all. Error: data_corrupt.
Result<uint64_t> parse_upload_range(std::string_view value);

// Retry-After: seconds, or an HTTP date seen from `now`; nullopt where it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now);

}  // namespace lar::registry

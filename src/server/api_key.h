// API keys as their file tells of them: who may do what, how often and how many at once.
//
// The file names keys by their SHA-256, so that it gives none away. A line is
//   NAME sha256:HEX [scopes=infer,manage,admin] [rate=60/min] [concurrent=4]
// '#' begins a comment. Without scopes a key may infer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::server {

inline constexpr size_t kApiKeysMax = 10'000;

using KeyDigest = std::array<uint8_t, 32>;

struct ApiKey {
  std::string name;
  KeyDigest digest{};
  bool infer = true;
  bool manage = false;
  bool admin = false;
  std::optional<uint32_t> per_minute;  // requests
  std::optional<uint32_t> concurrent;
};

// The text of a file of keys. Errors: invalid_argument, with the number of the line.
Result<std::vector<ApiKey>> parse_api_keys(std::string_view text);

// "sha256:" and 64 hex digits. False where it is something else.
bool read_key_digest(std::string_view text, KeyDigest& digest);

}  // namespace lar::server

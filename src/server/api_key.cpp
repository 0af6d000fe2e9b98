#include "server/api_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lar::server {
namespace {

constexpr std::string_view kDigestPrefix = "sha256:";

std::string_view next_word(std::string_view& line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  line.remove_prefix(first);
  const auto word = line.substr(0, line.find_first_of(" \t\r"));
  line.remove_prefix(word.size());
  return word;
}

std::optional<uint32_t> count_of(std::string_view text) {
  uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || value == 0) return std::nullopt;
  return value;
}

bool read_scopes(std::string_view list, ApiKey& key) {
  key.infer = false;
  while (!list.empty()) {
    const auto name = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), name.size() + 1));
    if (name == "infer") {
      key.infer = true;
    } else if (name == "manage") {
      key.manage = true;
    } else if (name == "admin") {
      key.admin = true;
    } else {
      return false;
    }
  }
  return true;
}

// One of the words after the digest.
bool read_setting(std::string_view word, ApiKey& key) {
  const auto value = word.substr(std::min(word.size(), word.find('=') + 1));
  if (word.starts_with("scopes=")) return read_scopes(value, key);
  if (word.starts_with("concurrent=")) {
    key.concurrent = count_of(value);
    return key.concurrent.has_value();
  }
  if (word.starts_with("rate=") && value.ends_with("/min")) {
    key.per_minute = count_of(value.substr(0, value.size() - 4));
    return key.per_minute.has_value();
  }
  return false;
}

Result<ApiKey> parse_line(std::string_view line, size_t number) {
  const auto wrong = [&](std::string_view what) {
    return fail(Code::kInvalidArgument, fmt::format("line {}: {}", number, what));
  };
  ApiKey key;
  key.name = next_word(line);
  if (!read_key_digest(next_word(line), key.digest)) {
    return wrong("a name and \"sha256:\" with 64 hex digits are expected");
  }
  for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
    if (!read_setting(word, key)) {
      return wrong(fmt::format("\"{}\" is not understood", word.substr(0, 64)));
    }
  }
  return key;
}

}  // namespace

bool read_key_digest(std::string_view text, KeyDigest& digest) {
  if (!text.starts_with(kDigestPrefix)) return false;
  text.remove_prefix(kDigestPrefix.size());
  if (text.size() != 2 * digest.size()) return false;
  for (size_t i = 0; i < digest.size(); ++i) {
    const char* begin = text.data() + 2 * i;
    const auto [stopped, error] = std::from_chars(begin, begin + 2, digest[i], 16);
    if (error != std::errc() || stopped != begin + 2) return false;
  }
  return true;
}

Result<std::vector<ApiKey>> parse_api_keys(std::string_view text) {
  std::vector<ApiKey> keys;
  size_t number = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    LAR_TRY(ApiKey key, parse_line(line, number));
    const auto same = [&](const ApiKey& other) {
      return other.digest == key.digest || other.name == key.name;
    };
    if (std::ranges::any_of(keys, same)) {
      return fail(Code::kInvalidArgument, fmt::format("line {}: the key is there twice", number));
    }
    if (keys.size() == kApiKeysMax) return fail(Code::kInvalidArgument, "there are too many keys");
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace lar::server

// Files of API keys: what is accepted keeps its limits, and says the same when it is written again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/api_key.h"

namespace {

using lar::server::ApiKey;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string line_of(const ApiKey& key) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string line = key.name + " sha256:";
  for (const uint8_t byte : key.digest) {
    line += kHex[byte >> 4U];
    line += kHex[byte & 15U];
  }
  std::string scopes;
  if (key.infer) scopes += ",infer";
  if (key.manage) scopes += ",manage";
  if (key.admin) scopes += ",admin";
  line += " scopes=" + (scopes.empty() ? scopes : scopes.substr(1));
  if (key.per_minute) line += " rate=" + std::to_string(*key.per_minute) + "/min";
  if (key.concurrent) line += " concurrent=" + std::to_string(*key.concurrent);
  return line + "\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto keys = lar::server::parse_api_keys(text);
  if (!keys) {
    require(!keys.error().message.empty());
    return 0;
  }
  require(keys->size() <= lar::server::kApiKeysMax);
  std::string again;
  for (const ApiKey& key : *keys) {
    require(!key.name.empty() && key.name.find_first_of(" \t\r\n#") == std::string::npos);
    again += line_of(key);
  }
  const auto reread = lar::server::parse_api_keys(again);
  require(reread && reread->size() == keys->size());
  for (size_t i = 0; i < keys->size(); ++i) {
    require(line_of((*reread)[i]) == line_of((*keys)[i]));
  }
  return 0;
}

#include "server/keys.h"

#include <algorithm>
#include <cmath>

#include "net/http_header.h"
#include "store/sha256.h"

namespace lar::server {
namespace {

constexpr std::string_view kBearer = "Bearer ";

// The key that a request brings, empty where it has none.
std::string_view presented_key(const net::RequestHead& request) {
  if (const std::string* header = request.header("Authorization")) {
    const std::string_view value = *header;
    if (value.size() > kBearer.size() &&
        net::equal_ignoring_case(value.substr(0, kBearer.size()), kBearer)) {
      return value.substr(kBearer.size());
    }
  }
  const std::string* header = request.header("x-api-key");
  return header != nullptr ? std::string_view(*header) : std::string_view();
}

HttpError too_many(std::string message, double seconds) {
  const auto wait = static_cast<int64_t>(std::ceil(std::max(seconds, 1.0)));
  return {429, std::move(message), {{"Retry-After", std::to_string(wait)}}};
}

}  // namespace

bool may(const ApiKey& key, Scope scope) {
  switch (scope) {
    case Scope::kPublic: return true;
    case Scope::kInfer: return key.infer;
    case Scope::kManage: return key.manage;
    case Scope::kAdmin: return key.admin;
  }
  return false;
}

// A key and what it uses: a bucket that fills at its rate and holds a minute's worth.
struct KeyRing::Entry {
  ApiKey key;
  uint32_t active = 0;
  double tokens = 0;
  std::optional<Clock::time_point> filled;

  // Seconds until the next request may come; 0 and one token less if it is now.
  double take(Clock::time_point now) {
    const double capacity = *key.per_minute;
    const double per_second = capacity / 60.0;
    if (!filled) {
      tokens = capacity;
    } else {
      const double passed = std::chrono::duration<double>(now - *filled).count();
      tokens = std::min(capacity, tokens + passed * per_second);
    }
    filled = now;
    if (tokens < 1.0) return (1.0 - tokens) / per_second;
    tokens -= 1.0;
    return 0;
  }
};

KeyRing::KeyRing(std::vector<ApiKey> keys) {
  for (ApiKey& key : keys) {
    const KeyDigest digest = key.digest;
    keys_.emplace(digest, std::make_unique<Entry>(Entry{.key = std::move(key), .filled = {}}));
  }
}

KeyRing::~KeyRing() = default;

std::expected<KeyRing::Ticket, HttpError> KeyRing::admit(const net::RequestHead& request,
                                                         Scope scope,
                                                         Clock::time_point now) {
  if (keys_.empty() || scope == Scope::kPublic) return Ticket();
  KeyDigest digest{};
  read_key_digest(store::sha256(presented_key(request)).str(), digest);
  const auto found = keys_.find(digest);
  if (found == keys_.end()) {
    return std::unexpected(
        HttpError{401, "a valid API key is needed", {{"WWW-Authenticate", "Bearer"}}});
  }
  Entry& entry = *found->second;
  if (!may(entry.key, scope)) {
    return std::unexpected(HttpError{403, "this API key may not do that", {}});
  }
  if (entry.key.concurrent && entry.active >= *entry.key.concurrent) {
    return std::unexpected(too_many("this API key has too many requests running", 1));
  }
  if (entry.key.per_minute) {
    if (const double wait = entry.take(now); wait > 0) {
      return std::unexpected(too_many("this API key has sent too many requests", wait));
    }
  }
  return Ticket(entry.active);
}

}  // namespace lar::server

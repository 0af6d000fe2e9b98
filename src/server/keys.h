// The API keys of a running server and what they use: off where there are none. A client sends its
// key as "Authorization: Bearer KEY" or, like Anthropic's, as "x-api-key: KEY".
#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <memory>
#include <utility>

#include "net/server/message.h"
#include "server/api_key.h"
#include "server/errors.h"

namespace lar::server {

bool may(const ApiKey& key, Scope scope);

// On the loop's thread alone.
class KeyRing {
 public:
  using Clock = std::chrono::steady_clock;

  explicit KeyRing(std::vector<ApiKey> keys);
  ~KeyRing();

  bool empty() const { return keys_.empty(); }

  // A request that was let in; it counts for its key as long as this lives. The ring must outlive
  // it.
  class Ticket;

  // Errors: 401 without a key that is known, 403 where its scopes do not cover the request, 429
  // with Retry-After beyond its limits.
  std::expected<Ticket, HttpError> admit(const net::RequestHead& request,
                                         Scope scope,
                                         Clock::time_point now = Clock::now());

 private:
  struct Entry;
  std::map<KeyDigest, std::unique_ptr<Entry>> keys_;
};

class KeyRing::Ticket {
 public:
  Ticket() = default;
  explicit Ticket(uint32_t& active) : active_(&active) { ++active; }
  ~Ticket() { release(); }
  Ticket(Ticket&& other) noexcept : active_(std::exchange(other.active_, nullptr)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    release();
    active_ = std::exchange(other.active_, nullptr);
    return *this;
  }

 private:
  void release() {
    if (active_ != nullptr) --*std::exchange(active_, nullptr);
  }
  uint32_t* active_ = nullptr;
};

}  // namespace lar::server

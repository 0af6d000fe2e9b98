// Conversation with one registry about one model: it answers challenges, follows redirects without
// carrying credentials to other origins, keeps to "come back later", and tries again.
// Thread-safe: the streams of a download share one session.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "net/http_client.h"
#include "registry/endpoint.h"
#include "registry/key.h"
#include "registry/pace.h"

namespace lar::registry {

inline constexpr int kRedirectsMax = 10;
inline constexpr size_t kErrorBodyBytesMax = 64U << 10U;
inline constexpr size_t kErrorTextMax = 1024;  // of an answer, in a message

enum class Redirects : uint8_t { kFollow, kReturn };

struct Call {
  std::string method = "GET";
  net::Url url;
  std::vector<net::HttpHeader> headers;
  std::string body;
  net::HttpBodySource* body_source = nullptr;  // borrowed
  Redirects redirects = Redirects::kFollow;
  size_t body_bytes_max = net::kResponseBodyBytesMax;
  // Of a good answer (2xx) only.
  std::function<Result<void>(const net::HttpResponse&, const net::Url& from)> on_response;
  std::function<Result<void>(std::span<const std::byte>)> on_body;
};

struct Answer {
  net::HttpResponse response;
  net::Url url;  // that answered, after redirects
};

// Told in words why nothing happens for a while: "waiting 5 s, ...".
using NoticeFunction = std::function<void(const std::string&)>;

class Session {
 public:
  // All borrowed for the life of the session.
  Session(net::HttpClient& http, const RegistryConfig& config, Endpoint endpoint)
      : http_(http), config_(config), endpoint_(std::move(endpoint)) {}

  const Endpoint& endpoint() const { return endpoint_; }
  const RegistryConfig& config() const { return config_; }

  // One try; it comes back later where the registry says so (429, 503), within the policy. Any
  // status but 401 is an answer; errors are those of HttpClient::perform, and
  // unauthenticated, permission_denied (a redirect or realm that leads astray).
  Result<Answer> send(const Call& call, const std::stop_token& stop, const NoticeFunction& notice);

  // Up to `tries_max` tries where trying again can help; bad statuses are errors (status_error).
  Result<Answer> send_patiently(const Call& call,
                                int tries_max,
                                const std::stop_token& stop,
                                const NoticeFunction& notice);

 private:
  struct Token {
    std::string text;
    uint64_t generation = 0;
  };

  Result<net::HttpResponse> perform(const Call& call,
                                    const net::Url& url,
                                    const std::string& token,
                                    const std::stop_token& stop);
  Result<net::Url> redirect_target(const net::HttpResponse& response, const net::Url& from) const;
  Result<void> authorize(const net::HttpResponse& response,
                         uint64_t generation,
                         const std::stop_token& stop);
  Result<std::string> fetch_token(const net::HttpResponse& response, const std::stop_token& stop);
  bool may_wait(const net::HttpResponse& response, int waits) const;
  Result<void> come_back_later(const net::HttpResponse& response,
                               const net::Url& url,
                               int waits,
                               const std::stop_token& stop,
                               const NoticeFunction& notice);
  Result<void> keep_waiting(const net::Url& url,
                            const std::stop_token& stop,
                            const NoticeFunction& notice);

  net::HttpClient& http_;
  const RegistryConfig& config_;
  const Endpoint endpoint_;

  std::mutex token_mutex_;
  Token token_;
  std::mutex hold_mutex_;
  std::map<std::string, Clock::time_point> hold_until_;  // by origin
};

// The error of an answer that is not 2xx, in Ollama's words: "file does not exist" for 404,
// "<status>: <body>" for most.
Error status_error(const net::HttpResponse& answer);

// Whether an error may be gone at the next try.
bool is_passing(const Error& error);

}  // namespace lar::registry

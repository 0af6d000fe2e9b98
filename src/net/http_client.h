// An HTTP/1.1 client over libcurl: one request, one answer, on the calling thread. Used to talk to
// registries and, by the command line, to our own server.
//
// It follows no redirect, decodes no content coding, keeps no cookie and reads no environment
// variable. Every request has limits on time and bytes. Connections are kept and reused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_header.h"
#include "net/proxy.h"

namespace lar::net {

inline constexpr size_t kResponseHeaderBytesMax = 64U << 10U;
inline constexpr size_t kResponseHeadersMax = 256;
inline constexpr size_t kResponseBodyBytesMax = 4U << 20U;  // where no handler takes it

// A request's body that is read as it is sent.
class HttpBodySource {
 public:
  virtual ~HttpBodySource() = default;
  // Fills at most `out`; 0 is the end. An error ends the request and is what perform() returns.
  virtual Result<size_t> read(std::span<std::byte> out) = 0;
  // Begins anew; false if it cannot. Needed where a kept connection turns out to be closed.
  virtual bool rewind() { return false; }
  // The length where it is known; else the body is sent in chunks.
  virtual std::optional<uint64_t> bytes() const { return std::nullopt; }
};

// Which addresses a request may connect to. Seen are the addresses after name resolution; with a
// proxy only a numeric host can be judged.
enum class AddressPolicy : uint8_t { kAny, kPublicOnly };

struct HttpDeadlines {
  // Zero: none.
  std::chrono::milliseconds connect{30'000};  // name, TCP, TLS
  std::chrono::milliseconds stall{30'000};    // no byte in either direction, once connected
  std::chrono::milliseconds total{0};
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string unix_socket;  // where set: connect to this socket instead of the URL's host
  std::vector<HttpHeader> headers;
  std::string body;
  HttpBodySource* body_source = nullptr;  // borrowed; instead of `body`
  HttpDeadlines deadlines;
  AddressPolicy addresses = AddressPolicy::kAny;
  bool verify_tls = true;
  size_t body_bytes_max = kResponseBodyBytesMax;  // of the answer, where no handler takes it
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;  // empty where a handler took it

  // The first header of that name, whatever the case of letters; nullptr if there is none.
  const std::string* header(std::string_view name) const;
};

// What is told while a request runs, on the thread that performs it. An error ends the request and
// is what perform() returns.
struct HttpHandlers {
  std::function<Result<void>(const HttpResponse&)> on_response;          // status and headers
  std::function<Result<void>(std::span<const std::byte> part)> on_body;  // in place of `body`
};

struct HttpClientConfig {
  ProxyConfig proxy;
  std::string ca_file;     // certificates to trust instead of the system's
  std::string user_agent;  // not sent where empty
};

class HttpClient {
 public:
  static Result<std::unique_ptr<HttpClient>> create(HttpClientConfig config);
  ~HttpClient();

  // Thread-safe; runs in the calling thread until the answer is complete. Any status is an answer.
  // Errors:
  //   invalid_argument    the URL or a header
  //   unavailable         no connection, or it broke
  //   deadline_exceeded   a deadline of the request
  //   permission_denied   the certificate, or an address that the policy forbids
  //   resource_exhausted  the answer is larger than allowed
  //   data_corrupt        the answer is not HTTP
  //   cancelled           `stop` was requested; within milliseconds, in every phase
  Result<HttpResponse> perform(const HttpRequest& request,
                               const HttpHandlers& handlers = {},
                               std::stop_token stop = {});

 private:
  struct Pool;
  explicit HttpClient(HttpClientConfig config);

  HttpClientConfig config_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace lar::net

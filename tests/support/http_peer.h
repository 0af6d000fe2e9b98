// The other end of an HTTP connection, as a test scripts it: it listens on a free port of the
// loopback interface or on a Unix socket, and hands each connection to the test's function on a
// thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace lar::test {

struct PeerRequest {
  std::string method;
  std::string target;  // path and query as sent
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The header's value, or "".
  std::string header(std::string_view name) const;
  bool has_header(std::string_view name) const;
};

class PeerConnection {
 public:
  // `tls`: an SSL* of the connection, or nullptr for plain text.
  PeerConnection(int fd, void* tls, const std::atomic<bool>& stopping)
      : fd_(fd), tls_(tls), stopping_(stopping) {}

  // The head of the next request, and then its body; nullopt at the end of the connection.
  std::optional<PeerRequest> read_head();
  bool read_body(PeerRequest& request);
  std::optional<PeerRequest> read_request();

  // False if the other end is gone.
  bool write(std::string_view bytes);
  // "HTTP/1.1 <status>" with Content-Length and the body.
  bool answer(int status,
              std::string_view body = "",
              const std::vector<std::pair<std::string, std::string>>& headers = {},
              bool with_body = true);
  void reset();                        // closes with RST
  bool sleep(int milliseconds) const;  // false if the peer is being stopped
  bool stopping() const { return stopping_; }

 private:
  bool fill();
  int fd_;
  void* tls_;
  const std::atomic<bool>& stopping_;
  std::string buffer_;
};

struct PeerOptions {
  std::string unix_socket;      // listen here instead
  std::string certificate_pem;  // certificate and key, one text: speak TLS
  int tls_version_max = 0;      // as OpenSSL counts them; 0: any
};

class HttpPeer {
 public:
  using Handler = std::function<void(PeerConnection&)>;

  explicit HttpPeer(Handler handler, PeerOptions options = {});
  ~HttpPeer();
  HttpPeer(const HttpPeer&) = delete;
  HttpPeer& operator=(const HttpPeer&) = delete;

  uint16_t port() const { return port_; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(std::string_view path) const;
  int connections() const { return connections_; }

 private:
  void listen_loop();
  void serve(int fd);

  Handler handler_;
  PeerOptions options_;
  void* tls_context_ = nullptr;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::vector<std::pair<std::thread, int>> threads_;
  std::thread acceptor_;
};

}  // namespace lar::test

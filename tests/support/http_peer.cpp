#include "support/http_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace lar::test {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

SSL_CTX* make_context(const PeerOptions& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* bio = BIO_new_mem_buf(options.certificate_pem.data(),
                             static_cast<int>(options.certificate_pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  bio = BIO_new_mem_buf(options.certificate_pem.data(),
                        static_cast<int>(options.certificate_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (options.tls_version_max != 0) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, 0);
    SSL_CTX_set_max_proto_version(context, options.tls_version_max);
  }
  return context;
}

}  // namespace

std::string PeerRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (lower(key) == lower(name)) return value;
  }
  return "";
}

bool PeerRequest::has_header(std::string_view name) const {
  return std::ranges::any_of(
      headers, [&](const auto& header) { return lower(header.first) == lower(name); });
}

bool PeerConnection::fill() {
  char bytes[65536];
  while (!stopping_) {
    pollfd waiting{fd_, POLLIN, 0};
    const bool pending = tls_ != nullptr && SSL_pending(static_cast<SSL*>(tls_)) > 0;
    if (!pending && poll(&waiting, 1, 50) <= 0) continue;
    const auto n =
        tls_ != nullptr
            ? static_cast<ssize_t>(SSL_read(static_cast<SSL*>(tls_), bytes, sizeof bytes))
            : recv(fd_, bytes, sizeof bytes, 0);
    if (n <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(n));
    return true;
  }
  return false;
}

std::optional<PeerRequest> PeerConnection::read_head() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  const std::string head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  PeerRequest request;
  size_t at = head.find("\r\n");
  const std::string first = head.substr(0, at);
  request.method = first.substr(0, first.find(' '));
  request.target = first.substr(request.method.size() + 1);
  request.target = request.target.substr(0, request.target.find(' '));
  at += 2;
  while (at < head.size()) {
    const size_t next = head.find("\r\n", at);
    const std::string line = head.substr(at, next - at);
    const size_t colon = line.find(':');
    std::string value = line.substr(colon + 1);
    value.erase(0, std::min(value.find_first_not_of(' '), value.size()));
    request.headers.emplace_back(line.substr(0, colon), value);
    at = next + 2;
  }
  return request;
}

bool PeerConnection::read_body(PeerRequest& request) {
  if (lower(request.header("Transfer-Encoding")) == "chunked") {
    while (true) {
      size_t end = 0;
      while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!fill()) return false;
      }
      const size_t size = std::strtoul(buffer_.c_str(), nullptr, 16);
      buffer_.erase(0, end + 2);
      while (buffer_.size() < size + 2) {
        if (!fill()) return false;
      }
      request.body += buffer_.substr(0, size);
      buffer_.erase(0, size + 2);
      if (size == 0) return true;
    }
  }
  const size_t size = std::strtoul(request.header("Content-Length").c_str(), nullptr, 10);
  while (buffer_.size() < size) {
    if (!fill()) return false;
  }
  request.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return true;
}

std::optional<PeerRequest> PeerConnection::read_request() {
  auto request = read_head();
  if (!request || !read_body(*request)) return std::nullopt;
  return request;
}

bool PeerConnection::write(std::string_view bytes) {
  while (!bytes.empty() && !stopping_) {
    const auto n = tls_ != nullptr
                       ? static_cast<ssize_t>(SSL_write(static_cast<SSL*>(tls_), bytes.data(),
                                                        static_cast<int>(bytes.size())))
                       : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return bytes.empty();
}

bool PeerConnection::answer(int status,
                            std::string_view body,
                            const std::vector<std::pair<std::string, std::string>>& headers,
                            bool with_body) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " Status\r\n";
  bool has_length = false;
  for (const auto& [name, value] : headers) {
    head += name + ": " + value + "\r\n";
    has_length = has_length || lower(name) == "content-length";
  }
  if (!has_length) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  head += "\r\n";
  return write(head) && (!with_body || write(body));
}

void PeerConnection::reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool PeerConnection::sleep(int milliseconds) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (!stopping_ && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return !stopping_;
}

HttpPeer::HttpPeer(Handler handler, PeerOptions options)
    : handler_(std::move(handler)), options_(std::move(options)) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!options_.certificate_pem.empty()) tls_context_ = make_context(options_);
  if (!options_.unix_socket.empty()) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, options_.unix_socket.c_str(), sizeof address.sun_path - 1);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  } else {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0) return;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  listen(listener_, 128);
  acceptor_ = std::thread([this] { listen_loop(); });
}

HttpPeer::~HttpPeer() {
  stopping_ = true;
  if (acceptor_.joinable()) acceptor_.join();
  close(listener_);
  for (auto& [thread, fd] : threads_) {
    shutdown(fd, SHUT_RDWR);
    thread.join();
    close(fd);
  }
  SSL_CTX_free(static_cast<SSL_CTX*>(tls_context_));
}

void HttpPeer::listen_loop() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    threads_.emplace_back(std::thread([this, fd] { serve(fd); }), fd);
  }
}

void HttpPeer::serve(int fd) {
  SSL* tls = nullptr;
  if (tls_context_ != nullptr) {
    tls = SSL_new(static_cast<SSL_CTX*>(tls_context_));
    SSL_set_fd(tls, fd);
    if (SSL_accept(tls) != 1) {
      SSL_free(tls);
      shutdown(fd, SHUT_RDWR);
      return;
    }
  }
  PeerConnection connection(fd, tls, stopping_);
  handler_(connection);
  SSL_free(tls);
  linger asked{};
  socklen_t size = sizeof asked;
  getsockopt(fd, SOL_SOCKET, SO_LINGER, &asked, &size);
  if (asked.l_onoff != 0) {
    // Connecting to nowhere drops the connection at once, with RST.
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    connect(fd, &nowhere, sizeof nowhere);
  } else {
    shutdown(fd, SHUT_RDWR);
  }
}

std::string HttpPeer::url(std::string_view path) const {
  return (tls_context_ != nullptr ? "https://" : "http://") + host() + std::string(path);
}

}  // namespace lar::test

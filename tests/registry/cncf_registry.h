// The CNCF registry (package docker-registry) on a free port, and a proxy in front of it that
// keeps what it is asked and can hand out tokens.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "certificates.h"
#include "net/http_client.h"
#include "support/http_peer.h"

namespace lar::registry::test {

struct CncfOptions {
  std::string certificate_pem;   // certificate and key: serve TLS
  std::string token_issuer_pem;  // certificate of the token server: demand tokens
};

class CncfRegistry {
 public:
  static bool is_installed();

  CncfRegistry(const std::filesystem::path& folder, const CncfOptions& options = {});
  ~CncfRegistry();
  CncfRegistry(const CncfRegistry&) = delete;
  CncfRegistry& operator=(const CncfRegistry&) = delete;

  // 127.0.0.1:port; empty if it did not start.
  const std::string& host() const { return host_; }

 private:
  pid_t pid_ = -1;
  std::string host_;
};

struct RecordedRequest {
  std::string line;  // "HEAD /v2/..."
  std::vector<std::pair<std::string, std::string>> headers;
  size_t body_bytes = 0;
  int status = 0;

  std::string header(std::string_view name) const;
};

// Signs tokens that the CNCF registry accepts.
class TokenIssuer {
 public:
  TokenIssuer() : authority_(make_authority("token issuer")) {}
  const std::string& certificate() const { return authority_.certificate; }
  std::string token(const std::string& service, const std::string& repository) const;

 private:
  Authority authority_;
};

class RecordingProxy {
 public:
  // With `issuer` (borrowed) it answers /token itself.
  explicit RecordingProxy(std::string target_host, const TokenIssuer* issuer = nullptr);

  std::string host() const { return peer_.host(); }
  std::vector<RecordedRequest> requests() const;

 private:
  void serve(lar::test::PeerConnection& connection);

  const std::string target_host_;
  const TokenIssuer* const issuer_;
  const std::unique_ptr<net::HttpClient> http_;
  mutable std::mutex mutex_;
  std::vector<RecordedRequest> requests_;
  lar::test::HttpPeer peer_;
};

}  // namespace lar::registry::test

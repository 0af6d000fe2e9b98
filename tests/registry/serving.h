// `lar serve` in a process of its own, with a store in a temporary folder.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "net/http_client.h"

namespace lar::registry::test {

class Serving {
 public:
  // `host`: as in OLLAMA_HOST. More variables as "NAME=value".
  Serving(const std::filesystem::path& folder,
          const std::string& host = "127.0.0.1:0",
          const std::vector<std::string>& variables = {});
  ~Serving();
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  bool started() const { return port_ != 0; }
  int port() const { return port_; }
  std::string log() const;

  Result<net::HttpResponse> post(const std::string& path,
                                 const std::string& json,
                                 const std::string& address = "127.0.0.1",
                                 const net::HttpHandlers& handlers = {},
                                 std::stop_token stop = {}) const;

 private:
  const std::filesystem::path folder_;
  std::unique_ptr<net::HttpClient> http_;
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace lar::registry::test

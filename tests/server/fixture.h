// A server with the real routes, on a thread of its own and a store of its own.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "server/catalog.h"
#include "server/serve.h"
#include "support/data.h"
#include "support/raw_client.h"

namespace lar::server::testing {

class TestServer {
 public:
  // `change` may adjust the configuration.
  explicit TestServer(const std::function<void(ServerConfig&)>& change = {},
                      std::vector<ApiKey> keys = {});
  ~TestServer();

  uint16_t port() const { return server_->port(); }
  const store::Store& store() const { return store_; }
  const std::filesystem::path& models() const { return config_.models; }

  test::RawAnswer get(std::string_view path) const;
  test::RawAnswer post(std::string_view path, std::string_view body) const;
  test::RawAnswer request(std::string_view method,
                          std::string_view path,
                          std::string_view body = {},
                          std::string_view headers = {}) const;

  // Uploads bytes; their digest.
  std::string upload(std::string_view bytes) const;

 private:
  test::TempDir dir_;
  ServerConfig config_;
  store::Store store_;
  Logger log_;
  net::EventLoop loop_;
  ModelCatalog catalog_;
  ServerContext context_;
  std::unique_ptr<RunningServer> server_;
  std::thread thread_;
};

// A tiny GGUF file of an architecture, with `more` applied to it.
std::string tiny_gguf(std::string_view architecture = "llama");

}  // namespace lar::server::testing

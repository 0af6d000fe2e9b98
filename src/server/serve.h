// A running server: the loop, the listeners and the app, from a configuration to the signal that
// ends it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/api_key.h"
#include "server/context.h"

namespace lar::server {

class RunningServer {
 public:
  // Listens at once. The context, and what it borrows, must outlive it. Errors: those of
  // net::Server::listen_tcp and listen_unix.
  // Where there are keys, a request needs one.
  static Result<std::unique_ptr<RunningServer>> create(ServerContext& context,
                                                       std::vector<ApiKey> keys = {});
  ~RunningServer();

  uint16_t port() const;  // 0 without TCP

  // Lets running requests go on for the configuration's grace, then ends the loop. On its thread.
  void stop();

 private:
  struct Impl;
  explicit RunningServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Runs the server on the calling thread until SIGINT or SIGTERM; a second signal ends it at once.
// `started` is called once it listens.
Result<void> serve(ServerContext& context,
                   std::vector<ApiKey> keys,
                   const std::function<void(uint16_t port)>& started);

}  // namespace lar::server

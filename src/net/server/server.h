// An HTTP/1.1 server: listeners, connections and their limits. What a request means is the
// handler's business.
//
// Lives on one EventLoop and is called on its thread (before run(), or from it).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/event_loop.h"
#include "net/server/exchange.h"

namespace lar::net {

struct ServerLimits {
  size_t connections_max = 4096;
  std::chrono::milliseconds first_byte{30'000};  // of a new connection
  std::chrono::milliseconds head{10'000};        // from a head's first byte to its last
  std::chrono::milliseconds idle{300'000};       // between two requests
  // A body must come at body_rate_min once body_grace has passed, and never pause for longer.
  std::chrono::milliseconds body_grace{30'000};
  uint64_t body_rate_min = 1024;  // bytes a second
  // For the socket to take up the next 64 KiB of an answer.
  std::chrono::milliseconds write{30'000};
  // How long a refused client may go on sending before its connection is cut.
  std::chrono::milliseconds linger{1'000};
};

struct UnixListener {
  std::string path;
  uint32_t mode = 0600;        // of the socket's file
  std::vector<uint32_t> uids;  // whose processes may connect; always our own user and root
};

struct ServerStats {
  size_t connections = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;  // over the limit
  uint64_t requests = 0;
  uint64_t rejected = 0;  // malformed
};

class Server {
 public:
  Server(EventLoop& loop, ServerLimits limits, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `host` is an address, a name, or empty for every address; port 0 takes a free one. Returns the
  // port. Errors: already_exists ("listen tcp 127.0.0.1:11434: bind: address already in use"),
  // not_found, permission_denied.
  Result<uint16_t> listen_tcp(const std::string& host, uint16_t port);

  // A socket's file that no process listens on any more is replaced; one in use, or a file that is
  // no socket, is left as it is. The file is removed by stop(). Errors: already_exists, ...
  Result<void> listen_unix(const UnixListener& listener);

  // Takes no new connections, closes idle ones, lets running requests go on for `grace`, then
  // cancels them, cuts what is left a second later, and calls `stopped`.
  void stop(std::chrono::milliseconds grace, std::function<void()> stopped);

  ServerStats stats() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lar::net

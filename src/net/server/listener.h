// Sockets that listen: made, checked and described. Internal to the server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "net/server/server.h"

namespace lar::net {

struct ListeningSocket {
  Fd fd;
  int family = 0;
  uint16_t port = 0;      // TCP
  std::string unix_path;  // Unix: removed when the server stops
  Fd unix_lock;           // held as long as the path is ours
};

// One socket for each address that the host has; for the empty host one for all addresses.
Result<std::vector<ListeningSocket>> open_tcp(const std::string& host, uint16_t port);

Result<ListeningSocket> open_unix(const UnixListener& listener);

}  // namespace lar::net

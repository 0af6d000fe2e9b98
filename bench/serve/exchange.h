// A client that costs as little as it can: it stamps what arrives and looks at it afterwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace lar::bench {

using Moment = std::chrono::system_clock::time_point;

struct HttpRequest {
  std::string path;
  std::string body;  // empty: GET
};

// A line of a body that is not empty, without the "data: " of an event stream.
struct Received {
  Moment arrived;  // in the client's socket, by the kernel's stamp
  Moment at;       // when the client had it
  std::string text;
};

struct HttpAnswer {
  int status = 0;
  Moment sent;
  std::vector<Received> lines = {};
};

// Sends all requests at once, each on a connection of its own to the loopback, and waits until all
// are answered. Errors: unavailable, deadline_exceeded.
Result<std::vector<HttpAnswer>> exchange(uint16_t port, const std::vector<HttpRequest>& requests);

}  // namespace lar::bench

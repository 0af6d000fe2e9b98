// One request and its answer, as a handler sees them. Everything is awaited on the server's loop.
//
// When the client goes away, or the server stops, stop_token() is requested at once, also while the
// handler waits for something else, and whatever the handler awaits is cancelled: asio's operations
// complete with operation_aborted and the next co_await unwinds the coroutine, so destructors are
// where work is called off. EventLoop::blocking() is let finish first; what runs there looks at the
// stop_token().
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/server/message.h"

namespace lar::net {

template <class T>
using awaitable = boost::asio::awaitable<T>;

struct Peer {
  std::string address;  // "127.0.0.1"; empty for a Unix socket
  uint16_t port = 0;
  bool is_unix = false;
  uint32_t uid = 0;  // of a Unix socket's client
  uint16_t local_port = 0;
  bool is_loopback = false;
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const RequestHead& request() const = 0;
  virtual const Peer& peer() const = 0;

  // Requested when nobody waits for the answer any more.
  virtual std::stop_token stop_token() const = 0;

  // The next part of the body; 0: that was all. Errors: invalid_argument (malformed),
  // deadline_exceeded (too slow), cancelled (the client left).
  virtual awaitable<Result<size_t>> read_body(std::span<std::byte> out) = 0;

  // All of it. Errors: those of read_body, resource_exhausted (longer than `bytes_max`).
  awaitable<Result<std::string>> read_whole_body(size_t bytes_max);

  // The whole answer; once, and not with begin(). HEAD and HTTP/1.0 are seen to. Errors:
  // cancelled, deadline_exceeded (a client that does not read).
  virtual awaitable<Result<void>> respond(Response response) = 0;

  // An answer in parts: the head (its body is ignored), any number of writes, each of which is sent
  // at once and awaits its place in the socket's buffer, and the end.
  virtual awaitable<Result<void>> begin(Response head) = 0;
  virtual awaitable<Result<void>> write(std::string_view bytes) = 0;
  virtual awaitable<Result<void>> end() = 0;

  // Whether a head was sent, after which no other status can be.
  virtual bool begun() const = 0;
};

using Handler = std::function<awaitable<void>(Exchange&)>;

}  // namespace lar::net

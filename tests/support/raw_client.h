// A client that sends any bytes: for what no HTTP library would send.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace lar::test {

struct RawAnswer {
  int status = 0;                              // 0: none came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // without chunks
  bool closed = false;                         // the server ended the connection after it
};

class RawClient {
 public:
  static RawClient tcp(uint16_t port);
  static RawClient unix_socket(const std::string& path);

  bool connected() const { return static_cast<bool>(fd_); }

  // False if the other end is gone.
  bool send(std::string_view bytes);
  void half_close();
  void close() { fd_.reset(); }

  // One answer; of a HEAD request without its body. Gives up after `patience`.
  RawAnswer read_answer(bool head = false,
                        std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Until the end of the connection or `patience`; what came.
  std::string read_all(std::chrono::milliseconds patience);
  // Some bytes; empty at the end or after `patience`.
  std::string read_some(std::chrono::milliseconds patience);
  bool at_end() const { return ended_; }

 private:
  explicit RawClient(Fd fd) : fd_(std::move(fd)) {}
  bool fill(std::chrono::steady_clock::time_point deadline);

  Fd fd_;
  std::string buffer_;
  bool ended_ = false;
};

// One request, one answer, on a connection of its own.
RawAnswer ask(uint16_t port, std::string_view request);

// A request with Host, and a body's length where there is a body.
std::string request_text(std::string_view method,
                         std::string_view target,
                         std::string_view body = {},
                         std::string_view more_headers = {});

}  // namespace lar::test

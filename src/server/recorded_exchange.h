// An exchange that adds headers to whatever answer is given and remembers its status.
#pragma once

#include <vector>

#include "net/server/exchange.h"

namespace lar::server {

class RecordedExchange final : public net::Exchange {
 public:
  // `inner` is borrowed.
  RecordedExchange(net::Exchange& inner, std::vector<net::HttpHeader> headers)
      : inner_(inner), headers_(std::move(headers)) {}

  int status() const { return status_; }  // 0: none was sent

  const net::RequestHead& request() const override { return inner_.request(); }
  const net::Peer& peer() const override { return inner_.peer(); }
  std::stop_token stop_token() const override { return inner_.stop_token(); }
  bool begun() const override { return inner_.begun(); }
  net::awaitable<Result<size_t>> read_body(std::span<std::byte> out) override {
    return inner_.read_body(out);
  }
  net::awaitable<Result<void>> respond(net::Response response) override {
    return inner_.respond(recorded(std::move(response)));
  }
  net::awaitable<Result<void>> begin(net::Response head) override {
    return inner_.begin(recorded(std::move(head)));
  }
  net::awaitable<Result<void>> write(std::string_view bytes) override {
    return inner_.write(bytes);
  }
  net::awaitable<Result<void>> end() override { return inner_.end(); }

 private:
  net::Response recorded(net::Response response) {
    status_ = response.status;
    response.headers.insert(response.headers.end(), headers_.begin(), headers_.end());
    return response;
  }

  net::Exchange& inner_;
  std::vector<net::HttpHeader> headers_;
  int status_ = 0;
};

}  // namespace lar::server

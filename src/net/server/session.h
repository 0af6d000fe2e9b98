// One connection: requests read and handed to the handler one after the other. Internal to the
// server; includes asio.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "net/server/exchange.h"
#include "net/server/request_parser.h"
#include "net/server/server.h"

namespace lar::net {

using Socket = boost::asio::generic::stream_protocol::socket;

class Session;

// What the sessions of a server share. One thread.
struct SessionShared {
  boost::asio::io_context& context;
  ServerLimits limits;
  Handler handler;
  ServerStats stats;
  bool stopping = false;

  std::list<Session*> sessions;
  std::list<Session*> idle;             // the longest idle first
  std::vector<std::byte> scratch;       // what a read goes into before a parser gets it
  std::function<void()> on_all_closed;  // while stopping, once `sessions` is empty

  int64_t date_seconds = -1;
  std::string date;  // of date_seconds
  const std::string& current_date();
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<SessionShared> shared, Socket socket, Peer peer);
  ~Session();

  // Serves the connection in the background until it ends.
  void start();

  // The request that runs is the last one; without any the connection ends now.
  void finish();
  // The handler is told that nobody waits any more.
  void cancel();
  void close();

 private:
  friend class SessionExchange;
  using Clock = std::chrono::steady_clock;

  awaitable<void> serve();
  awaitable<std::optional<RequestHead>> next_head();
  awaitable<bool> serve_request(RequestHead head);
  awaitable<bool> drain_body(const RequestHead& head, bool answer_ended);
  awaitable<void> refuse(Rejection rejection);
  awaitable<void> close_politely();

  // Keeps one read waiting as long as there is room for what it brings, so that a client that goes
  // away is noticed whatever the handler does.
  void pump();
  void on_readable(const boost::system::error_code& error);
  void on_gone(bool at_once);
  void set_idle(bool idle);

  // Until bytes come or the connection ends; false: the deadline passed first.
  awaitable<bool> wait_for_bytes(Clock::time_point deadline);

  // All of it, or an error that ends the connection.
  awaitable<Result<void>> write_all(std::string_view bytes);
  // Until the socket takes more; false: not in time, or the connection is broken.
  awaitable<bool> wait_for_room();

  std::shared_ptr<SessionShared> shared_;
  Socket socket_;
  Peer peer_;
  RequestParser parser_;
  boost::asio::steady_timer read_wake_;
  boost::asio::steady_timer write_deadline_;
  boost::asio::steady_timer gone_timer_;
  uint64_t bytes_read_ = 0;
  uint64_t writes_ = 0;  // waits for room so far
  bool reading_ = false;
  bool ended_ = false;  // no more bytes will come
  bool last_request_ = false;
  bool write_failed_ = false;
  std::optional<std::list<Session*>::iterator> idle_at_;
  std::list<Session*>::iterator at_;

  // Of the request that runs.
  std::stop_source stop_;
  boost::asio::cancellation_signal cancel_;
  bool running_ = false;
};

}  // namespace lar::net

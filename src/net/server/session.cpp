#include "net/server/session.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <ctime>

namespace lar::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr size_t kReadAheadMax = 256U << 10U;  // taken from the socket before anyone asked for it
constexpr size_t kWriteStep = 64U << 10U;
constexpr size_t kDrainMax = 256U << 10U;
// A client that only closed its sending side looks like one that left. Short answers still reach
// it; longer work is called off.
constexpr std::chrono::milliseconds kHalfCloseGrace{100};

bool allows_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

const std::string& SessionShared::current_date() {
  const auto now = static_cast<int64_t>(std::time(nullptr));
  if (now != date_seconds) {
    date_seconds = now;
    date = http_date(now);
  }
  return date;
}

class SessionExchange final : public Exchange {
 public:
  SessionExchange(Session& session, RequestHead head)
      : session_(session), head_(std::move(head)), keep_alive_(head_.keep_alive) {}

  const RequestHead& request() const override { return head_; }
  const Peer& peer() const override { return session_.peer_; }
  std::stop_token stop_token() const override { return session_.stop_.get_token(); }
  bool begun() const override { return begun_; }

  awaitable<Result<size_t>> read_body(std::span<std::byte> out) override;
  awaitable<Result<void>> respond(Response response) override;
  awaitable<Result<void>> begin(Response head) override;
  awaitable<Result<void>> write(std::string_view bytes) override;
  awaitable<Result<void>> end() override;

  bool ended() const { return ended_; }
  bool keep_alive() const { return keep_alive_ && !session_.last_request_; }
  const std::optional<Rejection>& rejection() const { return rejection_; }

 private:
  using Clock = std::chrono::steady_clock;
  awaitable<Result<void>> announce_continue();
  bool is_head_request() const { return head_.method == "HEAD"; }
  // A body nobody has asked for yet cannot be skipped: the client may never send it.
  void give_up_unsent_body() {
    if (head_.expects_continue && !continued_) keep_alive_ = false;
  }

  Session& session_;
  RequestHead head_;
  bool keep_alive_;
  bool continued_ = false;
  bool begun_ = false;
  bool ended_ = false;
  BodyFraming framing_ = BodyFraming::kLength;
  std::optional<Clock::time_point> body_since_;
  uint64_t body_bytes_ = 0;
  std::optional<Rejection> rejection_;
};

awaitable<Result<void>> SessionExchange::announce_continue() {
  if (!head_.expects_continue || continued_) co_return Result<void>{};
  continued_ = true;
  if (begun_ || session_.parser_.pending() > 0) co_return Result<void>{};
  co_return co_await session_.write_all("HTTP/1.1 100 Continue\r\n\r\n");
}

awaitable<Result<size_t>> SessionExchange::read_body(std::span<std::byte> out) {
  if (rejection_) co_return fail(Code::kInvalidArgument, rejection_->reason);
  if (session_.parser_.body_done() || out.empty()) co_return size_t{0};
  LAR_CO_TRY(co_await announce_continue());
  if (!body_since_) body_since_ = Clock::now();
  const ServerLimits& limits = session_.shared_->limits;
  for (;;) {
    const auto part = session_.parser_.read_body(out);
    session_.pump();
    if (!part) {
      rejection_ = part.error();
      keep_alive_ = false;
      co_return fail(Code::kInvalidArgument, part.error().reason);
    }
    body_bytes_ += part->bytes;
    if (part->bytes > 0 || part->done) co_return part->bytes;
    const auto by_rate =
        *body_since_ + limits.body_grace +
        std::chrono::seconds(body_bytes_ / std::max<uint64_t>(1, limits.body_rate_min));
    const auto deadline = std::min(by_rate, Clock::now() + limits.body_grace);
    if (!co_await session_.wait_for_bytes(deadline)) {
      keep_alive_ = false;
      rejection_ = Rejection{408, "the body came too slowly"};
      co_return fail(Code::kDeadlineExceeded, rejection_->reason);
    }
    if (session_.ended_ && session_.parser_.pending() == 0) {
      keep_alive_ = false;
      co_return fail(Code::kCancelled, "the client left before the end of the body");
    }
  }
}

awaitable<Result<void>> SessionExchange::respond(Response response) {
  if (begun_) co_return fail(Code::kInternal, "a second answer to one request");
  begun_ = true;
  ended_ = true;
  give_up_unsent_body();
  const bool body = allows_body(response.status) && !is_head_request();
  const auto framing = allows_body(response.status) ? BodyFraming::kLength : BodyFraming::kNone;
  std::string head = format_head(response, framing, keep_alive(), session_.shared_->current_date());
  if (!body) co_return co_await session_.write_all(head);
  if (head.size() + response.body.size() <= kWriteStep) {
    head += response.body;
    co_return co_await session_.write_all(head);
  }
  LAR_CO_TRY(co_await session_.write_all(head));
  co_return co_await session_.write_all(response.body);
}

awaitable<Result<void>> SessionExchange::begin(Response head) {
  if (begun_) co_return fail(Code::kInternal, "a second answer to one request");
  begun_ = true;
  give_up_unsent_body();
  framing_ = head_.minor_version >= 1 ? BodyFraming::kChunked : BodyFraming::kUntilClose;
  if (framing_ == BodyFraming::kUntilClose) keep_alive_ = false;
  co_return co_await session_.write_all(
      format_head(head, framing_, keep_alive(), session_.shared_->current_date()));
}

awaitable<Result<void>> SessionExchange::write(std::string_view bytes) {
  if (!begun_ || ended_) co_return fail(Code::kInternal, "a write outside an answer");
  if (bytes.empty() || is_head_request()) co_return Result<void>{};
  if (framing_ == BodyFraming::kUntilClose) co_return co_await session_.write_all(bytes);
  std::string chunk = fmt::format("{:x}\r\n", bytes.size());
  chunk.append(bytes).append("\r\n");
  co_return co_await session_.write_all(chunk);
}

awaitable<Result<void>> SessionExchange::end() {
  if (!begun_ || ended_) co_return fail(Code::kInternal, "the end of no answer");
  ended_ = true;
  if (framing_ == BodyFraming::kUntilClose || is_head_request()) co_return Result<void>{};
  co_return co_await session_.write_all("0\r\n\r\n");
}

Session::Session(std::shared_ptr<SessionShared> shared, Socket socket, Peer peer)
    : shared_(std::move(shared)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      read_wake_(shared_->context),
      write_deadline_(shared_->context),
      gone_timer_(shared_->context) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  at_ = shared_->sessions.insert(shared_->sessions.end(), this);
  ++shared_->stats.connections;
}

Session::~Session() {
  set_idle(false);
  shared_->sessions.erase(at_);
  --shared_->stats.connections;
  if (shared_->stopping && shared_->sessions.empty() && shared_->on_all_closed) {
    shared_->on_all_closed();
  }
}

void Session::start() {
  asio::co_spawn(
      shared_->context, [self = shared_from_this()] { return self->serve(); }, asio::detached);
}

void Session::finish() {
  last_request_ = true;
  if (!running_) close();
}

void Session::cancel() {
  if (!running_) return;
  stop_.request_stop();
  cancel_.emit(asio::cancellation_type::terminal);
}

void Session::close() {
  set_idle(false);
  error_code ignored;
  socket_.close(ignored);
  ended_ = true;
  read_wake_.cancel();
  gone_timer_.cancel();
}

void Session::set_idle(bool idle) {
  if (idle == idle_at_.has_value()) return;
  if (idle) {
    idle_at_ = shared_->idle.insert(shared_->idle.end(), this);
  } else {
    shared_->idle.erase(*idle_at_);
    idle_at_.reset();
  }
}

void Session::pump() {
  if (reading_ || ended_ || parser_.pending() >= kReadAheadMax) return;
  reading_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->reading_ = false;
    self->on_readable(error);
  });
}

void Session::on_readable(const error_code& error) {
  if (ended_) return;
  error_code read_error = error;
  size_t count = 0;
  if (!error) {
    count = socket_.read_some(asio::buffer(shared_->scratch), read_error);
    if (read_error == asio::error::would_block) read_error = {};
  }
  if (read_error) {
    ended_ = true;
    on_gone(read_error != asio::error::eof);
  } else if (count > 0) {
    bytes_read_ += count;
    parser_.append(std::span(shared_->scratch).first(count));
  }
  read_wake_.cancel();
  pump();
}

void Session::on_gone(bool at_once) {
  if (!running_) return;
  if (at_once) return cancel();
  gone_timer_.expires_after(kHalfCloseGrace);
  gone_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->cancel();
  });
}

awaitable<bool> Session::wait_for_bytes(Clock::time_point deadline) {
  const uint64_t before = bytes_read_;
  pump();
  while (bytes_read_ == before && !ended_) {
    read_wake_.expires_at(deadline);
    const auto [error] = co_await read_wake_.async_wait(kTuple);
    if (!error) co_return bytes_read_ != before || ended_;
  }
  co_return true;
}

awaitable<Result<void>> Session::write_all(std::string_view bytes) {
  if (write_failed_ || !socket_.is_open()) co_return fail(Code::kCancelled, "the client left");
  // Whatever ends this before the last byte, a cancellation too, leaves half an answer.
  write_failed_ = true;
  while (!bytes.empty()) {
    const auto step = bytes.substr(0, kWriteStep);
    error_code error;
    const size_t count = socket_.write_some(asio::buffer(step.data(), step.size()), error);
    if (error == asio::error::would_block) {
      if (!co_await wait_for_room()) {
        co_return fail(Code::kDeadlineExceeded, "the client does not read its answer");
      }
      continue;
    }
    if (error) co_return fail(Code::kCancelled, "the client left");
    bytes.remove_prefix(count);
  }
  write_failed_ = false;
  co_return Result<void>{};
}

awaitable<bool> Session::wait_for_room() {
  // A number instead of a flag: a timer that has fired can no longer be cancelled, only ignored.
  struct Watch {
    Session& session;
    explicit Watch(Session& of) : session(of) {
      session.write_deadline_.expires_after(session.shared_->limits.write);
      session.write_deadline_.async_wait(
          [weak = session.weak_from_this(), number = session.writes_](const error_code& stopped) {
            const auto self = weak.lock();
            if (!stopped && self && self->writes_ == number) self->close();
          });
    }
    ~Watch() {
      ++session.writes_;
      session.write_deadline_.cancel();
    }
  };
  const Watch watch(*this);
  const auto [error] = co_await socket_.async_wait(Socket::wait_write, kTuple);
  co_return !error;
}

awaitable<std::optional<RequestHead>> Session::next_head() {
  const bool first = bytes_read_ == 0;
  auto deadline = Clock::now() + (first ? shared_->limits.first_byte : shared_->limits.idle);
  bool begun = false;
  for (;;) {
    auto head = parser_.read_head();
    if (!head) {
      ++shared_->stats.rejected;
      co_await refuse(std::move(head).error());
      co_return std::nullopt;
    }
    if (*head) co_return std::move(*head);
    if (ended_) co_return std::nullopt;
    if (!begun && parser_.pending() > 0) {
      begun = true;
      deadline = Clock::now() + shared_->limits.head;
    }
    if (!begun && last_request_) co_return std::nullopt;
    set_idle(!begun && !first);
    const bool in_time = co_await wait_for_bytes(deadline);
    set_idle(false);
    if (!in_time) {
      if (begun) co_await refuse({408, "the head came too slowly"});
      co_return std::nullopt;
    }
  }
}

awaitable<void> Session::refuse(Rejection rejection) {
  Response response{.status = rejection.status,
                    .content_type = "text/plain; charset=utf-8",
                    .body = fmt::format("{} {}", rejection.status, reason_phrase(rejection.status)),
                    .headers = {},
                    .length_of_absent_body = {}};
  const auto head = format_head(response, BodyFraming::kLength, false, shared_->current_date());
  if (co_await write_all(head + response.body)) co_await close_politely();
}

awaitable<void> Session::close_politely() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  // Closing with unread bytes would reset the connection and lose the answer.
  const auto deadline = Clock::now() + shared_->limits.linger;
  const uint64_t limit = bytes_read_ + kDrainMax;
  while (!ended_ && bytes_read_ < limit) {
    parser_.discard();
    if (!co_await wait_for_bytes(deadline)) break;
  }
}

awaitable<bool> Session::drain_body(const RequestHead& head, bool answer_ended) {
  if (!answer_ended || write_failed_) co_return false;
  if (parser_.body_done()) co_return true;
  if (head.content_length.value_or(0) > kDrainMax) co_return false;
  const auto deadline = Clock::now() + shared_->limits.linger;
  std::array<std::byte, 4096> sink{};
  for (uint64_t count = 0; count <= kDrainMax;) {
    const auto part = parser_.read_body(sink);
    if (!part) co_return false;
    if (part->done) co_return true;
    count += part->bytes;
    if (part->bytes > 0) continue;
    if (ended_ || !co_await wait_for_bytes(deadline)) co_return false;
  }
  co_return false;
}

awaitable<bool> Session::serve_request(RequestHead head) {
  ++shared_->stats.requests;
  stop_ = std::stop_source();
  running_ = true;
  SessionExchange exchange(*this, std::move(head));
  pump();
  if (ended_ && parser_.body_done()) on_gone(false);
  const auto [error] = co_await asio::co_spawn(
      shared_->context,
      [this, &exchange]() -> awaitable<void> { co_await shared_->handler(exchange); },
      asio::bind_cancellation_slot(cancel_.slot(), kTuple));
  running_ = false;
  gone_timer_.cancel();
  if (exchange.rejection() && !exchange.begun()) {
    co_await refuse(*exchange.rejection());
    co_return false;
  }
  if (!exchange.begun() && !stop_.stop_requested()) {
    (void)error;  // a handler that ended without an answer, by an exception or not
    co_await refuse({500, "no answer"});
    co_return false;
  }
  const bool reusable = co_await drain_body(exchange.request(), exchange.ended());
  if (!reusable || !exchange.keep_alive()) {
    if (exchange.ended() && !write_failed_) co_await close_politely();
    co_return false;
  }
  co_return true;
}

awaitable<void> Session::serve() {
  const auto self = shared_from_this();
  while (auto head = co_await next_head()) {
    if (!co_await serve_request(std::move(*head))) break;
  }
  close();
}

}  // namespace lar::net

#include "net/server/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/address.h"
#include "net/server/listener.h"
#include "net/server/session.h"

namespace lar::net {
namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr size_t kScratchBytes = 64U << 10U;
constexpr std::chrono::milliseconds kAcceptPause{20};
constexpr std::chrono::milliseconds kCancelGrace{1'000};

void read_address(const sockaddr* address, std::string& text, uint16_t& port) {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    ::inet_ntop(AF_INET, &in->sin_addr, buffer, sizeof(buffer));
    port = ntohs(in->sin_port);
  } else if (address->sa_family == AF_INET6) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(address);
    ::inet_ntop(AF_INET6, &in->sin6_addr, buffer, sizeof(buffer));
    port = ntohs(in->sin6_port);
  }
  text = buffer;
  constexpr std::string_view kMapped = "::ffff:";
  if (text.starts_with(kMapped)) text.erase(0, kMapped.size());
}

Peer peer_of(Socket& socket, bool is_unix) {
  Peer peer;
  peer.is_unix = is_unix;
  if (is_unix) {
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    const bool known =
        ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0;
    peer.uid = known ? credentials.uid : UINT32_MAX;
    peer.is_loopback = true;
    return peer;
  }
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (!error) read_address(remote.data(), peer.address, peer.port);
  std::string own;
  const auto local = socket.local_endpoint(error);
  if (!error) read_address(local.data(), own, peer.local_port);
  peer.is_loopback = is_loopback_host(peer.address);
  return peer;
}

bool is_out_of_resources(const error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_memory ||
         error == asio::error::no_buffer_space ||
         error == error_code(ENFILE, boost::system::system_category());
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  struct Listening {
    Acceptor acceptor;
    ListeningSocket socket;  // without its descriptor, which is the acceptor's
    std::vector<uint32_t> uids;
  };

  Impl(EventLoop& loop, ServerLimits limits, Handler handler)
      : shared_(std::make_shared<SessionShared>(loop.context(), limits, std::move(handler))),
        grace_timer_(loop.context()) {
    shared_->scratch.resize(kScratchBytes);
  }

  Result<uint16_t> listen(ListeningSocket socket, std::vector<uint32_t> uids) {
    const uint16_t port = socket.port;
    auto listening = std::make_unique<Listening>(
        Listening{Acceptor(shared_->context), std::move(socket), std::move(uids)});
    error_code error;
    const Protocol protocol(listening->socket.family, 0);
    listening->acceptor.assign(protocol, listening->socket.fd.get(), error);
    if (error) return fail(Code::kInternal, "listen: " + error.message());
    listening->socket.fd.release();
    listening->acceptor.non_blocking(true, error);
    Listening& kept = *listening;
    listeners_.push_back(std::move(listening));
    asio::co_spawn(
        shared_->context, [self = shared_from_this(), &kept]() { return self->accept(kept); },
        asio::detached);
    return port;
  }

  void stop(std::chrono::milliseconds grace, std::function<void()> stopped) {
    if (shared_->stopping) return;
    shared_->stopping = true;
    for (const auto& listening : listeners_) {
      error_code ignored;
      listening->acceptor.close(ignored);
      if (!listening->socket.unix_path.empty()) ::unlink(listening->socket.unix_path.c_str());
    }
    stopped_ = std::move(stopped);
    shared_->on_all_closed = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->finished();
    };
    for_each_session([](Session& session) { session.finish(); });
    if (shared_->sessions.empty()) return finished();
    after(grace, [this] {
      for_each_session([](Session& session) { session.cancel(); });
      after(kCancelGrace, [this] {
        for_each_session([](Session& session) { session.close(); });
        after(kCancelGrace, [this] { finished(); });
      });
    });
  }

  const ServerStats& stats() const { return shared_->stats; }

 private:
  void after(std::chrono::milliseconds time, std::function<void()> step) {
    grace_timer_.expires_after(time);
    grace_timer_.async_wait(
        [self = shared_from_this(), step = std::move(step)](const error_code& error) {
          if (!error) step();
        });
  }

  // A session may leave the list while it is walked.
  void for_each_session(const std::function<void(Session&)>& action) {
    std::vector<std::shared_ptr<Session>> all;
    for (Session* session : shared_->sessions) all.push_back(session->shared_from_this());
    for (const auto& session : all) action(*session);
  }

  void finished() {
    grace_timer_.cancel();
    if (auto stopped = std::exchange(stopped_, nullptr)) asio::post(shared_->context, stopped);
  }

  // The connection that has been idle for longest makes room; false if none is idle.
  bool close_an_idle_one() {
    if (shared_->idle.empty()) return false;
    shared_->idle.front()->shared_from_this()->close();
    return true;
  }

  void refuse(Socket socket) {
    ++shared_->stats.refused;
    constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 20\r\nRetry-After: 1\r\nConnection: close\r\n\r\ntoo many connections";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kBusy), ignored);
    socket.shutdown(Socket::shutdown_send, ignored);
    socket.read_some(asio::buffer(shared_->scratch), ignored);
  }

  bool may_connect(const Listening& listening, const Peer& peer) const {
    if (!peer.is_unix) return true;
    if (peer.uid == 0 || peer.uid == ::geteuid()) return true;
    return std::find(listening.uids.begin(), listening.uids.end(), peer.uid) !=
           listening.uids.end();
  }

  void welcome(const Listening& listening, Socket socket) {
    ++shared_->stats.accepted;
    Peer peer = peer_of(socket, listening.socket.family == AF_UNIX);
    if (!may_connect(listening, peer)) {
      ++shared_->stats.refused;
      return;
    }
    if (!peer.is_unix) {
      const int on = 1;
      ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (shared_->stats.connections >= shared_->limits.connections_max && !close_an_idle_one()) {
      return refuse(std::move(socket));
    }
    std::make_shared<Session>(shared_, std::move(socket), std::move(peer))->start();
  }

  awaitable<void> accept(Listening& listening) {
    const auto self = shared_from_this();
    while (!shared_->stopping) {
      Socket socket(shared_->context);
      const auto [error] = co_await listening.acceptor.async_accept(socket, kTuple);
      if (!error) {
        welcome(listening, std::move(socket));
        continue;
      }
      if (!listening.acceptor.is_open()) break;
      // Without descriptors the connection stays in the queue: room is made, or waited for.
      if (is_out_of_resources(error)) close_an_idle_one();
      asio::steady_timer pause(shared_->context, kAcceptPause);
      co_await pause.async_wait(kTuple);
    }
  }

  std::shared_ptr<SessionShared> shared_;
  std::vector<std::unique_ptr<Listening>> listeners_;
  asio::steady_timer grace_timer_;
  std::function<void()> stopped_;
};

Server::Server(EventLoop& loop, ServerLimits limits, Handler handler)
    : impl_(std::make_shared<Impl>(loop, limits, std::move(handler))) {}
Server::~Server() = default;

Result<uint16_t> Server::listen_tcp(const std::string& host, uint16_t port) {
  LAR_TRY(auto sockets, open_tcp(host, port));
  uint16_t bound = 0;
  for (auto& socket : sockets) {
    LAR_TRY(bound, impl_->listen(std::move(socket), {}));
  }
  return bound;
}

Result<void> Server::listen_unix(const UnixListener& listener) {
  LAR_TRY(auto socket, open_unix(listener));
  LAR_TRY(impl_->listen(std::move(socket), listener.uids));
  return {};
}

void Server::stop(std::chrono::milliseconds grace, std::function<void()> stopped) {
  impl_->stop(grace, std::move(stopped));
}

ServerStats Server::stats() const {
  return impl_->stats();
}

}  // namespace lar::net

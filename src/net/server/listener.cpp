#include "net/server/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace lar::net {
namespace {

constexpr int kBacklog = 1024;

std::unexpected<Error> listen_error(std::string_view where, std::string_view call, int number) {
  auto code = Code::kUnavailable;
  if (number == EADDRINUSE) code = Code::kAlreadyExists;
  if (number == EACCES || number == EPERM) code = Code::kPermissionDenied;
  if (number == EADDRNOTAVAIL) code = Code::kNotFound;
  std::string reason = std::generic_category().message(number);
  if (!reason.empty() && reason.front() >= 'A' && reason.front() <= 'Z') {
    reason.front() = static_cast<char>(reason.front() - 'A' + 'a');
  }
  return fail(code, fmt::format("listen {}: {}: {}", where, call, reason));
}

uint16_t bound_port(const Fd& fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
}

void set_flag(const Fd& fd, int level, int option, int value) {
  ::setsockopt(fd.get(), level, option, &value, sizeof(value));
}

Result<ListeningSocket> listen_at(const addrinfo& where, bool dual_stack, std::string_view name) {
  ListeningSocket socket;
  socket.family = where.ai_family;
  socket.fd = Fd(::socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.fd) return listen_error(name, "socket", errno);
  set_flag(socket.fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (where.ai_family == AF_INET6) {
    set_flag(socket.fd, IPPROTO_IPV6, IPV6_V6ONLY, dual_stack ? 0 : 1);
  }
  if (::bind(socket.fd.get(), where.ai_addr, where.ai_addrlen) != 0) {
    return listen_error(name, "bind", errno);
  }
  if (::listen(socket.fd.get(), kBacklog) != 0) return listen_error(name, "listen", errno);
  socket.port = bound_port(socket.fd);
  return socket;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// Every address of the machine: IPv6 that takes IPv4 as well, else IPv4.
Result<std::vector<ListeningSocket>> open_all(uint16_t port) {
  sockaddr_in6 any6{};
  any6.sin6_family = AF_INET6;
  any6.sin6_port = htons(port);
  sockaddr_in any4{};
  any4.sin_family = AF_INET;
  any4.sin_port = htons(port);
  addrinfo where{};
  where.ai_family = AF_INET6;
  where.ai_addr = reinterpret_cast<sockaddr*>(&any6);
  where.ai_addrlen = sizeof(any6);
  auto socket = listen_at(where, true, fmt::format("tcp :{}", port));
  if (!socket && socket.error().code != Code::kAlreadyExists &&
      socket.error().code != Code::kPermissionDenied) {
    where.ai_family = AF_INET;
    where.ai_addr = reinterpret_cast<sockaddr*>(&any4);
    where.ai_addrlen = sizeof(any4);
    socket = listen_at(where, false, fmt::format("tcp 0.0.0.0:{}", port));
  }
  if (!socket) return std::unexpected(std::move(socket).error());
  std::vector<ListeningSocket> sockets;
  sockets.push_back(std::move(*socket));
  return sockets;
}

bool is_unspecified(const std::string& host) {
  return host.empty() || host == "0.0.0.0" || host == "::";
}

// Whether somebody accepts connections at the path.
bool is_answered(const sockaddr_un& address) {
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return true;
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return true;
  }
  return errno != ECONNREFUSED && errno != ENOENT;
}

}  // namespace

Result<std::vector<ListeningSocket>> open_tcp(const std::string& host, uint16_t port) {
  if (is_unspecified(host)) return open_all(port);
  const auto name =
      fmt::format("tcp {}:{}", host.find(':') == std::string::npos ? host : "[" + host + "]", port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
      error != 0) {
    return fail(Code::kNotFound, fmt::format("listen {}: lookup: {}", name, ::gai_strerror(error)));
  }
  const Addresses addresses(found, &::freeaddrinfo);
  // As Go does: a name means its first IPv4 address, else its first one.
  const addrinfo* where = found;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET) {
      where = each;
      break;
    }
  }
  std::vector<ListeningSocket> sockets;
  LAR_TRY(auto socket, listen_at(*where, false, name));
  sockets.push_back(std::move(socket));
  return sockets;
}

Result<ListeningSocket> open_unix(const UnixListener& listener) {
  const std::string name = "unix " + listener.path;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (listener.path.empty() || listener.path.size() >= sizeof(address.sun_path)) {
    return fail(Code::kInvalidArgument, "listen " + name + ": the path is empty or too long");
  }
  std::memcpy(address.sun_path, listener.path.data(), listener.path.size());

  ListeningSocket socket;
  socket.family = AF_UNIX;
  socket.unix_path = listener.path;
  // Two servers that start at the same time must not take the path from each other.
  socket.unix_lock = Fd(
      ::open((listener.path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!socket.unix_lock) return listen_error(name, "lock", errno);
  if (::flock(socket.unix_lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return listen_error(name, "lock", EADDRINUSE);
  }
  struct stat info{};
  if (::lstat(listener.path.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) {
      return fail(Code::kAlreadyExists, "listen " + name + ": a file that is no socket is there");
    }
    if (is_answered(address)) return listen_error(name, "bind", EADDRINUSE);
    if (::unlink(listener.path.c_str()) != 0) return listen_error(name, "unlink", errno);
  }
  socket.fd = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.fd) return listen_error(name, "socket", errno);
  if (::bind(socket.fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return listen_error(name, "bind", errno);
  }
  // Nobody can connect before listen(), so the mode is right from the first moment on.
  if (::chmod(listener.path.c_str(), listener.mode) != 0) return listen_error(name, "chmod", errno);
  if (::listen(socket.fd.get(), kBacklog) != 0) return listen_error(name, "listen", errno);
  return socket;
}

}  // namespace lar::net

#include "support/raw_client.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace lar::test {
namespace {

using Clock = std::chrono::steady_clock;

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

}  // namespace

RawClient RawClient::tcp(uint16_t port) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) fd.reset();
  return RawClient(std::move(fd));
}

RawClient RawClient::unix_socket(const std::string& path) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof(address.sun_path) - 1));
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) fd.reset();
  return RawClient(std::move(fd));
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

void RawClient::half_close() {
  ::shutdown(fd_.get(), SHUT_WR);
}

bool RawClient::fill(Clock::time_point deadline) {
  if (ended_ || !fd_) return false;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  pollfd entry{fd_.get(), POLLIN, 0};
  if (left.count() <= 0 || ::poll(&entry, 1, static_cast<int>(left.count())) <= 0) return false;
  char bytes[16384];
  const ssize_t count = ::recv(fd_.get(), bytes, sizeof(bytes), 0);
  if (count <= 0) {
    ended_ = true;
    return false;
  }
  buffer_.append(bytes, static_cast<size_t>(count));
  return true;
}

std::string RawClient::read_some(std::chrono::milliseconds patience) {
  if (buffer_.empty()) fill(Clock::now() + patience);
  return std::exchange(buffer_, {});
}

std::string RawClient::read_all(std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (fill(deadline)) {
  }
  return std::exchange(buffer_, {});
}

RawAnswer RawClient::read_answer(bool head, std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  RawAnswer answer;
  size_t end = std::string::npos;
  for (;;) {
    end = buffer_.find("\r\n\r\n");
    if (end != std::string::npos) break;
    if (!fill(deadline)) {
      answer.closed = ended_;
      return answer;
    }
  }
  const std::string lines = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  answer.status = std::atoi(lines.substr(std::min<size_t>(9, lines.size())).c_str());
  if (answer.status == 100) return read_answer(head, patience);
  for (size_t begin = lines.find("\r\n") + 2; begin < lines.size();) {
    const size_t stop = lines.find("\r\n", begin);
    const size_t colon = lines.find(": ", begin);
    if (colon < stop) {
      answer.headers[lower(lines.substr(begin, colon - begin))] =
          lines.substr(colon + 2, stop - colon - 2);
    }
    begin = stop + 2;
  }
  const auto need = [&](size_t bytes) {
    while (buffer_.size() < bytes && fill(deadline)) {
    }
    const size_t have = std::min(bytes, buffer_.size());
    std::string taken = buffer_.substr(0, have);
    buffer_.erase(0, have);
    return taken;
  };
  const auto header = [&answer](const char* name) {
    const auto found = answer.headers.find(name);
    return found == answer.headers.end() ? std::string() : found->second;
  };
  const bool bodiless = head || answer.status == 204 || answer.status == 304;
  if (header("transfer-encoding") == "chunked" && !bodiless) {
    for (;;) {
      size_t newline = std::string::npos;
      while ((newline = buffer_.find("\r\n")) == std::string::npos && fill(deadline)) {
      }
      if (newline == std::string::npos) break;
      const auto size = std::strtoul(buffer_.c_str(), nullptr, 16);
      buffer_.erase(0, newline + 2);
      answer.body += need(size);
      need(2);
      if (size == 0) break;
    }
  } else if (!header("content-length").empty() && !bodiless) {
    answer.body = need(std::strtoul(header("content-length").c_str(), nullptr, 10));
  } else if (!bodiless) {
    answer.body = read_all(patience);
  }
  if (header("connection") == "close") {
    while (fill(deadline)) {
    }
    answer.closed = ended_;
  }
  return answer;
}

RawAnswer ask(uint16_t port, std::string_view request) {
  RawClient client = RawClient::tcp(port);
  client.send(request);
  return client.read_answer(request.starts_with("HEAD "));
}

std::string request_text(std::string_view method,
                         std::string_view target,
                         std::string_view body,
                         std::string_view more_headers) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  text.append(more_headers);
  if (!body.empty() || method == "POST") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  text.append("\r\n").append(body);
  return text;
}

}  // namespace lar::test

#include "exchange.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "base/fd.h"

namespace lar::bench {
namespace {

constexpr int kSilenceMaxMs = 300'000;

struct Piece {
  Moment arrived;
  Moment at;
  std::string bytes;
};

Result<Fd> connect_to(uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return fail(Code::kUnavailable, "nobody listens");
  }
  return socket;
}

std::string text_of(const HttpRequest& request) {
  const bool get = request.body.empty();
  return fmt::format(
      "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      get ? "GET" : "POST", request.path, request.body.size(), request.body);
}

// Undoes the framing of chunks, piece by piece.
class Dechunker {
 public:
  std::string push(std::string_view bytes) {
    held_ += bytes;
    std::string content;
    while (true) {
      if (left_ > 0) {
        const size_t taken = std::min(left_, held_.size());
        content.append(held_, 0, taken);
        held_.erase(0, taken);
        left_ -= taken;
        if (left_ > 0) return content;
        after_chunk_ = true;
      }
      if (after_chunk_) {
        if (held_.size() < 2) return content;
        held_.erase(0, 2);
        after_chunk_ = false;
      }
      const size_t end = held_.find("\r\n");
      if (end == std::string::npos) return content;
      std::from_chars(held_.data(), held_.data() + end, left_, 16);
      held_.erase(0, end + 2);
      if (left_ == 0) return content;
    }
  }

 private:
  std::string held_;
  size_t left_ = 0;
  bool after_chunk_ = false;
};

// What there is, with its stamps; no bytes at the end of the answer.
Piece receive(int socket) {
  std::array<char, 16'384> buffer;
  alignas(cmsghdr) std::array<char, 256> control;
  iovec into = {.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message = {};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t n = ::recvmsg(socket, &message, 0);
  const Moment now = std::chrono::system_clock::now();
  if (n <= 0) return {.arrived = now, .at = now, .bytes = {}};
  Piece piece{now, now, std::string(buffer.data(), static_cast<size_t>(n))};
  const cmsghdr* stamp = CMSG_FIRSTHDR(&message);
  if (stamp != nullptr && stamp->cmsg_type == SO_TIMESTAMPNS) {
    timespec time = {};
    std::memcpy(&time, CMSG_DATA(stamp), sizeof(time));
    piece.arrived =
        Moment(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
  return piece;
}

void add_lines(std::string& held, std::string_view content, const Piece& of, HttpAnswer& answer) {
  held += content;
  for (size_t end = held.find('\n'); end != std::string::npos; end = held.find('\n')) {
    std::string line = held.substr(0, end);
    held.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("data: ")) line.erase(0, 6);
    if (!line.empty()) answer.lines.push_back({of.arrived, of.at, std::move(line)});
  }
}

HttpAnswer read_answer(const std::vector<Piece>& pieces, Moment sent) {
  HttpAnswer answer{.sent = sent};
  std::string head;
  std::string held;
  Dechunker dechunker;
  bool in_body = false;
  bool chunked = false;
  for (const Piece& piece : pieces) {
    std::string_view bytes = piece.bytes;
    if (!in_body) {
      head += bytes;
      const size_t end = head.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      in_body = true;
      chunked = head.substr(0, end).find("hunked") != std::string::npos;
      if (head.size() > 12) {
        std::from_chars(head.data() + 9, head.data() + 12, answer.status);
      }
      bytes.remove_prefix(bytes.size() - (head.size() - end - 4));
    }
    const std::string content = chunked ? dechunker.push(bytes) : std::string(bytes);
    add_lines(held, content, piece, answer);
  }
  if (!held.empty()) add_lines(held, "\n", pieces.back(), answer);
  return answer;
}

}  // namespace

Result<std::vector<HttpAnswer>> exchange(uint16_t port, const std::vector<HttpRequest>& requests) {
  std::vector<Fd> sockets;
  std::vector<pollfd> polls;
  std::vector<Moment> sent;
  for (size_t i = 0; i < requests.size(); ++i) {
    LAR_TRY(sockets.emplace_back(), connect_to(port));
    polls.push_back({.fd = sockets.back().get(), .events = POLLIN, .revents = 0});
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    sent.push_back(std::chrono::system_clock::now());
    const std::string text = text_of(requests[i]);
    for (size_t done = 0; done < text.size();) {
      const ssize_t n = ::send(polls[i].fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
      if (n <= 0) return fail(Code::kUnavailable, "the server does not take the request");
      done += static_cast<size_t>(n);
    }
  }
  std::vector<std::vector<Piece>> pieces(requests.size());
  for (size_t open = requests.size(); open > 0;) {
    if (::poll(polls.data(), polls.size(), kSilenceMaxMs) <= 0) {
      return fail(Code::kDeadlineExceeded, "the server is silent");
    }
    for (size_t i = 0; i < polls.size(); ++i) {
      if (polls[i].fd < 0 || polls[i].revents == 0) continue;
      Piece piece = receive(polls[i].fd);
      if (!piece.bytes.empty()) {
        pieces[i].push_back(std::move(piece));
      } else {
        polls[i].fd = -1;
        --open;
      }
    }
  }
  std::vector<HttpAnswer> answers;
  for (size_t i = 0; i < requests.size(); ++i) answers.push_back(read_answer(pieces[i], sent[i]));
  return answers;
}

}  // namespace lar::bench

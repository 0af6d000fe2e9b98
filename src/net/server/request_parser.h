// Bytes of a connection to requests (HTTP/1.0 and 1.1). No sockets: bytes are appended, heads and
// parts of bodies come out, and how the bytes were split makes no difference.
//
// The head is first held to RFC 9112 without any of its allowances (head_check.h), then parsed by
// Boost.Beast, which also undoes chunks. Whatever is wrong ends the connection.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/server/message.h"

namespace lar::net {

inline constexpr size_t kHeadBytesMax = 32U << 10U;
inline constexpr size_t kTargetBytesMax = 8U << 10U;
inline constexpr size_t kRequestHeadersMax = 100;
// Of what a chunk says beside its data: its size line, the last one with the trailers.
inline constexpr size_t kChunkLineBytesMax = 16U << 10U;

// Why a request is not taken: the status to answer with, and a sentence for the log.
// With a constructor, since gcc 12 destroys temporary aggregates twice in co_await expressions.
struct Rejection {
  Rejection(int with_status, std::string with_reason)
      : status(with_status), reason(std::move(with_reason)) {}

  int status;
  std::string reason;
};

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  void append(std::span<const std::byte> bytes);

  // Bytes that were appended and not used yet.
  size_t pending() const { return buffer_.size() - used_; }

  // The head of the next request; nullopt: more bytes are needed. Call it until it gives one, then
  // read_body() to the end, then begin anew.
  std::expected<std::optional<RequestHead>, Rejection> read_head();

  struct BodyPart {
    size_t bytes = 0;  // written to `out`
    bool done = false;
  };
  // Moves what has arrived of the body to `out`. No bytes and not done: more must be appended.
  std::expected<BodyPart, Rejection> read_body(std::span<std::byte> out);

  bool body_done() const;

  // Forgets what has arrived; for a connection that is about to be closed.
  void discard();

 private:
  struct Beast;

  std::string_view unused() const { return std::string_view(buffer_).substr(used_); }
  void compact();

  std::string buffer_;
  size_t used_ = 0;               // of buffer_
  size_t scanned_ = 0;            // of the unused part, where no head ends
  std::unique_ptr<Beast> beast_;  // of the request whose body is being read
};

}  // namespace lar::net

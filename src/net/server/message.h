// A request's head as it arrived, and an answer before it is written. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_header.h"

namespace lar::net {

struct RequestHead {
  std::string method;     // as written: methods are case-sensitive
  std::string target;     // as written: "/api/tags?x=1", "*", or an absolute URL
  int minor_version = 1;  // HTTP/1.x
  std::vector<HttpHeader> headers;
  std::optional<uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;

  bool has_body() const { return chunked || content_length.value_or(0) > 0; }

  // nullptr if there is none.
  const std::string* header(std::string_view name) const { return find_header(headers, name); }

  // The path of the target, still percent-encoded, without query: "/api/tags".
  std::string_view path() const;
  std::string_view query() const;
  // The host and port that an absolute target names, empty where it names none.
  std::string_view authority() const;
};

struct Response {
  int status = 200;
  std::string content_type;  // none where empty
  std::string body;
  std::vector<HttpHeader> headers;  // others than Content-Type, Content-Length, Date, Connection
  // An answer to HEAD: says how long the body would be and leaves it out.
  std::optional<uint64_t> length_of_absent_body;
};

// "Not Found"; "Unknown" for statuses that nobody defined.
std::string_view reason_phrase(int status);

enum class BodyFraming : uint8_t {
  kLength,   // Content-Length: as long as the body
  kChunked,  // the body follows in chunks
  kUntilClose,
  kNone,  // 1xx, 204, 304
};

// The lines of an answer from the status to the empty line. `date` is the Date header's value.
std::string format_head(const Response& response,
                        BodyFraming framing,
                        bool keep_alive,
                        std::string_view date);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(int64_t unix_seconds);

}  // namespace lar::net

#include "net/server/head_check.h"

#include <algorithm>

namespace lar::net {
namespace {

constexpr size_t kMethodBytesMax = 32;

std::unexpected<Rejection> reject(int status, std::string_view reason) {
  return std::unexpected(Rejection{status, std::string(reason)});
}

bool is_token_char(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}

bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_plain_number(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::string_view version;
};

std::expected<RequestLine, Rejection> check_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos) return reject(400, "malformed request line");
  RequestLine parts{line.substr(0, first), {}, line.substr(last + 1)};
  if (!is_token(parts.method) || parts.method.size() > kMethodBytesMax) {
    return reject(400, "malformed method");
  }
  if (first == last) return reject(400, "a request line without a version");
  parts.target = line.substr(first + 1, last - first - 1);
  if (parts.target.size() > kTargetBytesMax) return reject(414, "the target is too long");
  if (parts.target.empty() || !std::all_of(parts.target.begin(), parts.target.end(), is_visible)) {
    return reject(400, "malformed target");
  }
  if (parts.version != "HTTP/1.1" && parts.version != "HTTP/1.0") {
    if (!parts.version.starts_with("HTTP/")) return reject(400, "malformed version");
    return reject(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  }
  return parts;
}

// What must not stand in a head twice, or not beside each other.
struct Seen {
  size_t fields = 0;
  size_t hosts = 0;
  size_t lengths = 0;
  size_t encodings = 0;
};

std::expected<void, Rejection> check_field(std::string_view line, Seen& seen) {
  if (++seen.fields > kRequestHeadersMax) return reject(431, "too many headers");
  if (line.front() == ' ' || line.front() == '\t') return reject(400, "a folded header line");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return reject(400, "malformed header name");
  }
  const auto name = line.substr(0, colon);
  const auto value = trim(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_value_char)) {
    return reject(400, "a control character in a header");
  }
  if (equal_ignoring_case(name, "Host")) {
    ++seen.hosts;
  } else if (equal_ignoring_case(name, "Content-Length")) {
    ++seen.lengths;
    if (!is_plain_number(value)) return reject(400, "malformed Content-Length");
  } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
    ++seen.encodings;
    if (!equal_ignoring_case(value, "chunked")) return reject(501, "unknown Transfer-Encoding");
  } else if (equal_ignoring_case(name, "Expect")) {
    if (!equal_ignoring_case(value, "100-continue")) return reject(417, "unknown expectation");
  }
  return {};
}

std::expected<void, Rejection> check_together(const Seen& seen, std::string_view version) {
  if (seen.hosts > 1) return reject(400, "two Host headers");
  if (seen.hosts == 0 && version == "HTTP/1.1") return reject(400, "no Host header");
  if (seen.lengths > 1) return reject(400, "two Content-Length headers");
  if (seen.encodings > 1) return reject(400, "two Transfer-Encoding headers");
  if (seen.encodings > 0 && seen.lengths > 0) {
    return reject(400, "both Content-Length and Transfer-Encoding");
  }
  if (seen.encodings > 0 && version == "HTTP/1.0") {
    return reject(400, "Transfer-Encoding in HTTP/1.0");
  }
  return {};
}

}  // namespace

std::expected<void, Rejection> check_head(std::string_view head) {
  std::string_view version;
  Seen seen;
  for (size_t begin = 0;;) {
    const auto end = head.find("\r\n", begin);
    if (end == std::string_view::npos) return reject(400, "a line without an end");
    const auto line = head.substr(begin, end - begin);
    if (line.find_first_of("\r\n") != std::string_view::npos) {
      return reject(400, "a line that does not end in CRLF");
    }
    if (begin == 0) {
      const auto parts = check_request_line(line);
      if (!parts) return std::unexpected(parts.error());
      version = parts->version;
    } else if (line.empty()) {
      return check_together(seen, version);
    } else if (const auto checked = check_field(line, seen); !checked) {
      return checked;
    }
    begin = end + 2;
  }
}

std::expected<void, Rejection> check_beginning(std::string_view bytes) {
  const auto newline = bytes.find('\n');
  if (newline != std::string_view::npos) {
    if (newline == 0 || bytes[newline - 1] != '\r') {
      return reject(400, "a line that does not end in CRLF");
    }
    const auto parts = check_request_line(bytes.substr(0, newline - 1));
    if (!parts) return std::unexpected(parts.error());
    return {};
  }
  const auto method = bytes.substr(0, bytes.find(' '));
  if (method.size() > kMethodBytesMax ||
      !std::all_of(method.begin(), method.end(), is_token_char)) {
    return reject(400, "malformed method");
  }
  if (bytes.size() > kTargetBytesMax + 64) return reject(414, "the target is too long");
  return {};
}

}  // namespace lar::net

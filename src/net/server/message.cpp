#include "net/server/message.h"

#include <fmt/format.h>

#include <ctime>

namespace lar::net {
namespace {

// Where the path of a target begins: after the scheme and authority of an absolute one.
struct TargetParts {
  std::string_view authority;
  std::string_view rest;
};

TargetParts split_target(std::string_view target) {
  if (target.empty() || target.front() == '/') return {{}, target};
  const auto scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return {{}, target};
  const auto after = target.substr(scheme_end + 3);
  const auto path = after.find_first_of("/?");
  if (path == std::string_view::npos) return {after, "/"};
  return {after.substr(0, path), after.substr(path)};
}

bool is_field_text(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

std::string_view RequestHead::path() const {
  const auto rest = split_target(target).rest;
  return rest.substr(0, rest.find_first_of("?#"));
}

std::string_view RequestHead::query() const {
  const auto rest = split_target(target).rest;
  const auto begin = rest.find('?');
  if (begin == std::string_view::npos) return {};
  const auto query = rest.substr(begin + 1);
  return query.substr(0, query.find('#'));
}

std::string_view RequestHead::authority() const {
  return split_target(target).authority;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
  }
}

std::string format_head(const Response& response,
                        BodyFraming framing,
                        bool keep_alive,
                        std::string_view date) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  const auto add = [&head](std::string_view name, std::string_view value) {
    if (!is_field_text(name) || !is_field_text(value)) return;  // never a line of its own
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (!response.content_type.empty()) add("Content-Type", response.content_type);
  for (const HttpHeader& header : response.headers) add(header.name, header.value);
  add("Date", date);
  switch (framing) {
    case BodyFraming::kLength: {
      const auto length = response.length_of_absent_body.value_or(response.body.size());
      add("Content-Length", std::to_string(length));
      break;
    }
    case BodyFraming::kChunked: add("Transfer-Encoding", "chunked"); break;
    case BodyFraming::kUntilClose:
    case BodyFraming::kNone: break;
  }
  if (!keep_alive) add("Connection", "close");
  head += "\r\n";
  return head;
}

std::string http_date(int64_t unix_seconds) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm tm{};
  if (::gmtime_r(&seconds, &tm) == nullptr) return {};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[tm.tm_wday], tm.tm_mday,
                     kMonths[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

}  // namespace lar::net

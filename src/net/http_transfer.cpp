#include "net/http_transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

#include "net/address.h"

namespace lar::net {
namespace {

constexpr long kBufferBytes = 256L << 10;
constexpr size_t kNoMore = CURL_WRITEFUNC_ERROR;

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// "HTTP/1.1 200 OK"
std::optional<int> parse_status(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view digits = line.substr(space + 1, 3);
  int status = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (end.ec != std::errc() || status < 100 || status > 999) return std::nullopt;
  return status;
}

bool is_header_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

bool is_header_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::chrono::milliseconds since(HttpTransfer::Clock::time_point now,
                                HttpTransfer::Clock::time_point then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - then);
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", static_cast<double>(time.count()) / 1000);
}

}  // namespace

const std::string* HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [&](const HttpHeader& header) { return equal_ignoring_case(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

HttpTransfer::HttpTransfer(CURL* easy, const HttpRequest& request, const HttpHandlers& handlers)
    : easy_(easy), request_(request), handlers_(handlers) {}

Result<void> HttpTransfer::set_up(const HttpClientConfig& config) {
  LAR_TRY(const Url url, Url::parse(request_.url));
  curl_easy_setopt(easy_, CURLOPT_URL, url.str().c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);  // a name lookup cannot hold up cancelling
  curl_easy_setopt(easy_, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, kBufferBytes);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  // Zero would mean curl's own default.
  const auto connect = request_.deadlines.connect.count();
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   connect > 0 ? static_cast<long>(connect) : 24L * 3600 * 1000);
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, request_.verify_tls ? 1L : 0L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, request_.verify_tls ? 2L : 0L);
  if (!config.ca_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, config.ca_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
  }
  LAR_TRY(set_route(config, url));
  LAR_TRY(set_headers(config));
  set_body();
  set_callbacks();
  return {};
}

Result<void> HttpTransfer::set_route(const HttpClientConfig& config, const Url& url) {
  if (!request_.unix_socket.empty()) {
    curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
  }
  const std::string proxy =
      request_.unix_socket.empty() ? proxy_for(config.proxy, url) : std::string();
  proxied_ = !proxy.empty();
  curl_easy_setopt(easy_, CURLOPT_PROXY, proxy.c_str());  // "" also keeps curl off the environment
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (request_.addresses == AddressPolicy::kPublicOnly && proxied_ &&
      (is_loopback_host(url.host()) ||
       (is_address(url.host()) && !is_public_address(url.host())))) {
    return fail(Code::kPermissionDenied,
                fmt::format("{} is an address of a private network", url.host()));
  }
  return {};
}

Result<void> HttpTransfer::set_headers(const HttpClientConfig& config) {
  const auto add = [this](const std::string& line) {
    curl_slist* list = curl_slist_append(header_list_.get(), line.c_str());
    if (list == nullptr) return false;
    static_cast<void>(header_list_.release());
    header_list_.reset(list);
    return true;
  };
  const auto given = [this](std::string_view name) {
    return std::ranges::any_of(request_.headers, [&](const HttpHeader& header) {
      return equal_ignoring_case(header.name, name);
    });
  };
  bool ok = true;
  for (const HttpHeader& header : request_.headers) {
    if (!is_header_name(header.name) || !is_header_value(header.value)) {
      return fail(Code::kInvalidArgument, "invalid header " + header.name);
    }
    // A semicolon is how curl is told to send a header without a value.
    ok = ok && add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  // What curl would add on its own.
  for (const char* name : {"Accept", "Content-Type", "Expect"}) {
    if (!given(name)) ok = ok && add(std::string(name) + ":");
  }
  if (!ok) return fail(Code::kResourceExhausted, "out of memory");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_list_.get());
  if (!config.user_agent.empty() && !given("User-Agent")) {
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, config.user_agent.c_str());
  }
  return {};
}

void HttpTransfer::set_body() {
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request_.body_source != nullptr) {
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    const auto bytes = request_.body_source->bytes();
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE,
                     bytes ? static_cast<curl_off_t>(*bytes) : curl_off_t{-1});
  } else if (!request_.body.empty() || request_.method != "GET") {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
  }
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void HttpTransfer::set_callbacks() {
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &HttpTransfer::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &HttpTransfer::on_connected);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::on_socket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  if (request_.body_source != nullptr) {
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &HttpTransfer::on_read);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &HttpTransfer::on_seek);
    curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
  }
}

Result<std::chrono::milliseconds> HttpTransfer::check_deadlines(Clock::time_point now) const {
  std::chrono::milliseconds next = std::chrono::seconds(60);
  const auto& limits = request_.deadlines;
  if (limits.total.count() > 0) {
    const auto left = limits.total - since(now, begin_);
    if (left.count() <= 0) {
      return fail(Code::kDeadlineExceeded, "no complete answer within " + seconds(limits.total));
    }
    next = std::min(next, left);
  }
  if (limits.stall.count() > 0 && connected_) {
    const auto left = limits.stall - since(now, progress_);
    if (left.count() <= 0) {
      return fail(Code::kDeadlineExceeded, "no data for " + seconds(limits.stall));
    }
    next = std::min(next, left);
  }
  return next;
}

Result<HttpResponse> HttpTransfer::finish(CURLcode code) {
  if (!error_ && code == CURLE_OK && headers_complete_) keep(announce_response());
  if (error_) return std::unexpected(*std::move(error_));
  if (code != CURLE_OK) return curl_error(code);
  if (!headers_complete_) return fail(Code::kDataCorrupt, "the answer is not HTTP");
  return std::move(response_);
}

std::unexpected<Error> HttpTransfer::curl_error(CURLcode code) const {
  const std::string text = error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return fail(Code::kDeadlineExceeded,
                  "no connection within " + seconds(request_.deadlines.connect));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return fail(Code::kPermissionDenied, "TLS: " + text);
    case CURLE_SSL_CONNECT_ERROR: return fail(Code::kUnavailable, "TLS: " + text);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: return fail(Code::kDataCorrupt, "not HTTP: " + text);
    case CURLE_OUT_OF_MEMORY: return fail(Code::kResourceExhausted, "out of memory");
    case CURLE_URL_MALFORMAT: return fail(Code::kInvalidArgument, "invalid URL: " + text);
    default: return fail(Code::kUnavailable, text);
  }
}

bool HttpTransfer::keep(Result<void> result) {
  if (!result && !error_) error_ = std::move(result).error();
  return result.has_value();
}

Result<void> HttpTransfer::take_header(std::string_view line) {
  if (announced_) return {};  // trailers
  header_bytes_ += line.size();
  if (header_bytes_ > kResponseHeaderBytesMax) {
    return fail(Code::kResourceExhausted, "the answer's header is too large");
  }
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    const auto status = parse_status(line);
    if (!status) return fail(Code::kDataCorrupt, "the answer is not HTTP");
    response_.status = *status;
    response_.headers.clear();
    headers_complete_ = false;
    return {};
  }
  if (line.empty()) {
    headers_complete_ = response_.status >= 200;  // else an interim answer: 100 Continue
    return {};
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  if (response_.headers.size() == kResponseHeadersMax) {
    return fail(Code::kResourceExhausted, "the answer has too many headers");
  }
  response_.headers.push_back(
      {std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  return {};
}

Result<void> HttpTransfer::announce_response() {
  if (announced_) return {};
  announced_ = true;
  return handlers_.on_response ? handlers_.on_response(response_) : Result<void>();
}

Result<void> HttpTransfer::take_body(std::span<const std::byte> part) {
  LAR_TRY(announce_response());
  if (handlers_.on_body) return handlers_.on_body(part);
  if (part.size() > request_.body_bytes_max - response_.body.size()) {
    return fail(Code::kResourceExhausted,
                fmt::format("the answer is longer than {} bytes", request_.body_bytes_max));
  }
  response_.body.append(reinterpret_cast<const char*>(part.data()), part.size());
  return {};
}

size_t HttpTransfer::on_header(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  transfer->progress_ = Clock::now();
  return transfer->keep(transfer->take_header({data, size * count})) ? size * count : kNoMore;
}

size_t HttpTransfer::on_body(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  const bool ok =
      transfer->keep(transfer->take_body(std::as_bytes(std::span<const char>(data, size * count))));
  transfer->progress_ = Clock::now();  // time spent in the handler is not the network's
  return ok ? size * count : kNoMore;
}

size_t HttpTransfer::on_read(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  auto bytes =
      transfer->request_.body_source->read(std::as_writable_bytes(std::span(data, size * count)));
  transfer->progress_ = Clock::now();
  if (bytes) return *bytes;
  transfer->keep(std::unexpected(std::move(bytes).error()));
  return CURL_READFUNC_ABORT;
}

int HttpTransfer::on_seek(void* self, curl_off_t offset, int origin) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  const bool possible =
      offset == 0 && origin == SEEK_SET && transfer->request_.body_source->rewind();
  return possible ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK;
}

int HttpTransfer::on_connected(void* self, char* /*remote*/, char* /*local*/, int, int) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  transfer->connected_ = true;
  transfer->progress_ = Clock::now();
  return CURL_PREREQFUNC_OK;
}

curl_socket_t HttpTransfer::on_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* target) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  const bool judge =
      transfer->request_.addresses == AddressPolicy::kPublicOnly && !transfer->proxied_;
  if (judge && !is_public_address(&target->addr)) {
    transfer->keep(fail(Code::kPermissionDenied, "the host's address is in a private network"));
    return CURL_SOCKET_BAD;
  }
  return socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

}  // namespace lar::net

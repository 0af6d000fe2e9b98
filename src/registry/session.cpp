#include "registry/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "registry/token.h"

namespace lar::registry {
namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool says_later(int status) {
  return status == 429 || status == 503;
}

// An answer's text as it may stand in a message: short, without control characters.
std::string plain_text(std::string_view body) {
  std::string text(body.substr(0, kErrorTextMax));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

std::string waiting_text(std::chrono::milliseconds wait, const net::Url& url) {
  const auto seconds = (wait.count() + 999) / 1000;
  return fmt::format("waiting {} s, {} is busy", seconds, url.host());
}

}  // namespace

bool is_passing(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded;
}

Result<Answer> Session::send(const Call& call,
                             const std::stop_token& stop,
                             const NoticeFunction& notice) {
  net::Url url = call.url;
  bool challenged = false;
  int waits = 0;
  for (int redirects = 0;;) {
    LAR_TRY(keep_waiting(url, stop, notice));
    Token token;
    if (url.same_origin(endpoint_.base())) {
      const std::scoped_lock lock(token_mutex_);
      token = token_;
    }
    LAR_TRY(auto response, perform(call, url, token.text, stop));
    if (response.status == 401 && url.same_origin(endpoint_.base())) {
      if (challenged) return fail(Code::kUnauthenticated, "unauthorized: access denied");
      challenged = true;
      LAR_TRY(authorize(response, token.generation, stop));
    } else if (is_redirect(response.status) && call.redirects == Redirects::kFollow) {
      if (++redirects > kRedirectsMax) return fail(Code::kDataCorrupt, "too many redirects");
      LAR_TRY(url, redirect_target(response, url));
    } else if (says_later(response.status) && may_wait(response, ++waits)) {
      LAR_TRY(come_back_later(response, url, waits, stop, notice));
    } else {
      return Answer{std::move(response), std::move(url)};
    }
    if (call.body_source != nullptr && !call.body_source->rewind()) {
      return fail(Code::kInternal, "a body that cannot be sent twice");
    }
  }
}

Result<net::HttpResponse> Session::perform(const Call& call,
                                           const net::Url& url,
                                           const std::string& token,
                                           const std::stop_token& stop) {
  net::HttpRequest request{.method = call.method,
                           .url = url.str(),
                           .headers = call.headers,
                           .body = call.body,
                           .body_source = call.body_source,
                           .deadlines = config_.deadlines,
                           .addresses = endpoint_.addresses(url),
                           .verify_tls = endpoint_.verify_tls(url)};
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});

  // The body of a bad answer is only read for its message, so its length is no error.
  net::HttpResponse head;
  std::string body;
  bool cut = false;
  const auto good = [&head] { return head.status >= 200 && head.status < 300; };
  const auto on_response = [&](const net::HttpResponse& response) -> Result<void> {
    head = response;
    if (good() && response.header("Content-Encoding") != nullptr &&
        *response.header("Content-Encoding") != "identity") {
      return fail(Code::kDataCorrupt, "the registry sent compressed data that nobody asked for");
    }
    return good() && call.on_response ? call.on_response(response, url) : Result<void>();
  };
  const auto on_body = [&](std::span<const std::byte> part) -> Result<void> {
    if (good() && call.on_body) return call.on_body(part);
    const size_t room = (good() ? call.body_bytes_max : kErrorBodyBytesMax) - body.size();
    cut = part.size() > room;
    body.append(reinterpret_cast<const char*>(part.data()), std::min(part.size(), room));
    if (!cut) return {};
    return fail(Code::kResourceExhausted,
                fmt::format("the registry's answer is longer than {} bytes", call.body_bytes_max));
  };
  auto response = http_.perform(request, {.on_response = on_response, .on_body = on_body}, stop);
  if (!response && cut && !good()) response = std::move(head);
  if (!response && response.error().code == Code::kPermissionDenied &&
      response.error().message.ends_with("private network")) {
    return fail(Code::kPermissionDenied,
                fmt::format("{} is in a private network: the server reaches registries there if "
                            "LAR_REGISTRIES lists them, or with --insecure (plain http)",
                            url.host()));
  }
  if (response) response->body = std::move(body);
  return response;
}

Result<net::Url> Session::redirect_target(const net::HttpResponse& response,
                                          const net::Url& from) const {
  const std::string* location = response.header("Location");
  if (location == nullptr) return fail(Code::kDataCorrupt, "http: no Location header in response");
  auto target = with_context(from.resolve(*location), "redirect");
  if (!target) return fail(Code::kDataCorrupt, std::move(target).error().message);
  if (from.secure() && !target->secure()) {
    return fail(Code::kPermissionDenied,
                fmt::format("redirect from https to insecure http://{}", target->host()));
  }
  return target;
}

Result<void> Session::authorize(const net::HttpResponse& response,
                                uint64_t generation,
                                const std::stop_token& stop) {
  const std::scoped_lock lock(token_mutex_);
  if (token_.generation != generation) return {};  // another stream has got a new one
  LAR_TRY(token_.text, fetch_token(response, stop));
  ++token_.generation;
  return {};
}

Result<std::string> Session::fetch_token(const net::HttpResponse& response,
                                         const std::stop_token& stop) {
  const std::string* header = response.header("WWW-Authenticate");
  if (header == nullptr) return fail(Code::kUnauthenticated, "unauthorized: access denied");
  LAR_TRY(const auto challenges, parse_challenges(*header));
  LAR_TRY(const std::string nonce, make_nonce());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  LAR_TRY(
      const auto url,
      token_url(challenges, std::chrono::duration_cast<std::chrono::seconds>(now).count(), nonce));
  if (!endpoint_.is_token_server(url)) {
    return fail(Code::kPermissionDenied,
                fmt::format("realm host \"{}\" does not match original host \"{}\"", url.origin(),
                            endpoint_.base().origin()));
  }
  LAR_TRY(const Key key, Key::load_or_create(config_.key_file));
  LAR_TRY(const std::string signature, key.sign(token_signature_text(url)));
  const Call call{.url = url, .headers = {{"Authorization", signature}}};
  LAR_TRY(const auto answer, perform(call, url, "", stop));
  if (answer.status == 401 || answer.status == 403) {
    return fail(Code::kUnauthenticated, "unauthorized: access denied");
  }
  if (answer.status < 200 || answer.status >= 300) return std::unexpected(status_error(answer));
  return parse_token(answer.body);
}

bool Session::may_wait(const net::HttpResponse& response, int waits) const {
  const bool told = response.header("Retry-After") != nullptr;
  return waits < (told ? config_.retry.waits_max : config_.retry.tries_max);
}

Result<void> Session::come_back_later(const net::HttpResponse& response,
                                      const net::Url& url,
                                      int waits,
                                      const std::stop_token& stop,
                                      const NoticeFunction& notice) {
  const std::string* header = response.header("Retry-After");
  const auto told = header == nullptr
                        ? std::nullopt
                        : parse_retry_after(*header, std::chrono::system_clock::now());
  if (!told) {
    const auto wait = back_off(config_.retry, waits);
    if (notice) notice(waiting_text(wait, url));
    return wait_for(wait, stop);
  }
  const auto wait =
      with_jitter(std::min<std::chrono::milliseconds>(*told, config_.retry.told_delay_max));
  const std::scoped_lock lock(hold_mutex_);
  auto& until = hold_until_[url.origin()];
  until = std::max(until, Clock::now() + wait);
  return {};  // the next request to that origin, of any stream, waits
}

Result<void> Session::keep_waiting(const net::Url& url,
                                   const std::stop_token& stop,
                                   const NoticeFunction& notice) {
  while (true) {
    Clock::time_point until;
    {
      const std::scoped_lock lock(hold_mutex_);
      const auto found = hold_until_.find(url.origin());
      if (found == hold_until_.end()) return {};
      until = found->second;
    }
    const auto left = until - Clock::now();
    if (left.count() <= 0) return {};
    if (notice) {
      notice(waiting_text(std::chrono::floor<std::chrono::milliseconds>(left), url));
    }
    LAR_TRY(wait_until(until, stop));
  }
}

Error status_error(const net::HttpResponse& answer) {
  const int status = answer.status;
  const std::string text = plain_text(answer.body);
  const std::string message = fmt::format("{}: {}", status, text.empty() ? "no text" : text);
  switch (status) {
    case 401: return {Code::kUnauthenticated, "unauthorized: access denied"};
    case 403: return {Code::kPermissionDenied, message};
    case 404: return {Code::kNotFound, "file does not exist"};
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504: return {Code::kUnavailable, message};
    default: return {Code::kDataCorrupt, message};
  }
}

Result<Answer> Session::send_patiently(const Call& call,
                                       int tries_max,
                                       const std::stop_token& stop,
                                       const NoticeFunction& notice) {
  for (int tries = 1;; ++tries) {
    auto answer = send(call, stop, notice);
    if (answer && answer->response.status < 400) return answer;
    Error error = answer ? status_error(answer->response) : std::move(answer).error();
    if (!is_passing(error) || tries >= tries_max) return std::unexpected(std::move(error));
    LAR_TRY(wait_for(back_off(config_.retry, tries), stop));
    if (call.body_source != nullptr && !call.body_source->rewind()) return std::unexpected(error);
  }
}

}  // namespace lar::registry

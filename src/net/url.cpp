#include "net/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace lar::net {
namespace {

using Handle = std::unique_ptr<CURLU, decltype([](CURLU* handle) { curl_url_cleanup(handle); })>;

std::unexpected<Error> invalid(std::string_view why) {
  return fail(Code::kInvalidArgument, fmt::format("invalid URL: {}", why));
}

Result<void> check_text(std::string_view text) {
  if (text.size() > kUrlBytesMax) return invalid("too long");
  const auto printable = [](char c) { return c > ' ' && c < 0x7F && c != '\\'; };
  if (!std::ranges::all_of(text, printable)) return invalid("it has characters that none may have");
  return {};
}

Result<Handle> new_handle() {
  Handle handle(curl_url());
  if (!handle) return fail(Code::kResourceExhausted, "out of memory");
  return handle;
}

Result<void> set_part(CURLU* handle, CURLUPart part, std::string_view text, unsigned flags) {
  const CURLUcode code = curl_url_set(handle, part, std::string(text).c_str(), flags);
  if (code == CURLUE_USER_NOT_ALLOWED) return invalid("it names a user");
  if (code != CURLUE_OK) return invalid(curl_url_strerror(code));
  return {};
}

std::string get_part(CURLU* handle, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, part, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool host_is_plain(std::string_view host) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
           c == ':';
  };
  return !host.empty() && std::ranges::all_of(host, allowed);
}

}  // namespace

Result<Url> Url::take_apart(void* opaque) {
  auto* handle = static_cast<CURLU*>(opaque);
  Url url;
  url.scheme_ = get_part(handle, CURLUPART_SCHEME);
  if (url.scheme_ != "http" && url.scheme_ != "https") {
    return invalid("neither http nor https");
  }
  std::string host = get_part(handle, CURLUPART_HOST);
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  LAR_TRY(set_part(handle, CURLUPART_HOST, host, 0));
  url.host_ = host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  if (!host_is_plain(url.host_)) return invalid("its host is not plain ASCII");
  const std::string port = get_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto end = std::from_chars(port.data(), port.data() + port.size(), url.port_);
  if (end.ec != std::errc() || url.port_ == 0) return invalid("bad port");
  curl_url_set(handle, CURLUPART_FRAGMENT, nullptr, 0);
  url.path_ = get_part(handle, CURLUPART_PATH);
  url.query_ = get_part(handle, CURLUPART_QUERY);
  url.text_ = get_part(handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
  if (url.text_.empty() || url.text_.size() > kUrlBytesMax) return invalid("too long");
  return url;
}

Result<Url> Url::parse(std::string_view text) {
  LAR_TRY(check_text(text));
  LAR_TRY(const auto handle, new_handle());
  LAR_TRY(set_part(handle.get(), CURLUPART_URL, text, CURLU_DISALLOW_USER));
  return take_apart(handle.get());
}

Result<Url> Url::resolve(std::string_view reference) const {
  LAR_TRY(check_text(reference));
  if (reference.empty()) return invalid("empty");
  LAR_TRY(const auto handle, new_handle());
  LAR_TRY(set_part(handle.get(), CURLUPART_URL, text_, CURLU_DISALLOW_USER));
  LAR_TRY(set_part(handle.get(), CURLUPART_URL, reference, CURLU_DISALLOW_USER));
  // Joining may have brought in what parsing alone would refuse.
  return parse(get_part(handle.get(), CURLUPART_URL));
}

std::string Url::origin() const {
  return fmt::format("{}://{}:{}", scheme_, host_, port_);
}

Result<Url> Url::with_query(std::string_view name, std::string_view value) const {
  return parse(fmt::format("{}{}{}={}", text_, text_.find('?') == std::string::npos ? '?' : '&',
                           percent_encode(name), percent_encode(value)));
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace lar::net

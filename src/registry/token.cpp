#include "registry/token.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>

#include "registry/base64.h"
#include "store/json.h"
#include "store/sha256.h"

namespace lar::registry {
namespace {

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    if (space > 0) out.push_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

}  // namespace

Result<net::Url> token_url(const std::vector<Challenge>& challenges,
                           int64_t unix_seconds,
                           std::string_view nonce) {
  const auto bearer = std::ranges::find_if(
      challenges, [](const Challenge& challenge) { return challenge.scheme == "bearer"; });
  const std::string* realm = bearer == challenges.end() ? nullptr : bearer->find("realm");
  if (realm == nullptr) {
    return fail(Code::kDataCorrupt, "the registry wants a login that is not supported");
  }
  auto url = with_context(net::Url::parse(*realm), "the registry's token server");
  if (!url) return fail(Code::kDataCorrupt, std::move(url).error().message);
  LAR_TRY(url, url->with_query("nonce", nonce));
  if (const std::string* scope = bearer->find("scope")) {
    for (const std::string_view word : words(*scope)) {
      LAR_TRY(url, url->with_query("scope", word));
    }
  }
  if (const std::string* service = bearer->find("service")) {
    LAR_TRY(url, url->with_query("service", *service));
  }
  return url->with_query("ts", std::to_string(unix_seconds));
}

std::string token_signature_text(const net::Url& url) {
  return fmt::format("GET,{},{}", url.str(), base64_encode(store::sha256("").hex()));
}

Result<std::string> parse_token(std::string_view body) {
  LAR_TRY(const auto json, store::parse_json(body));
  for (const char* field : {"token", "access_token"}) {
    if (!json.is_object() || !json.contains(field) || !json[field].is_string()) continue;
    auto token = json[field].get<std::string>();
    const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
    if (token.empty()) continue;
    if (token.size() > kTokenBytesMax) {
      return fail(Code::kResourceExhausted, "the token is too long");
    }
    if (!std::ranges::all_of(token, printable)) break;
    return token;
  }
  return fail(Code::kDataCorrupt, "the token server's answer has no token");
}

Result<std::string> make_nonce() {
  std::string bytes(16, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) !=
      1) {
    return fail(Code::kUnavailable, "no random numbers");
  }
  std::string text = base64_encode(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.resize(text.find('='));
  return text;
}

}  // namespace lar::registry

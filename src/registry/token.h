// The token that a registry's challenge asks for: which request gets it, and what it answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/url.h"
#include "registry/headers.h"

namespace lar::registry {

inline constexpr size_t kTokenBytesMax = 64U << 10U;

// The URL of the token server for a bearer challenge: realm, and in its query the service, one
// scope a word, the time and a nonce, in the order of their names. Errors: data_corrupt (no bearer
// challenge, a realm that is no URL).
Result<net::Url> token_url(const std::vector<Challenge>& challenges,
                           int64_t unix_seconds,
                           std::string_view nonce);

// What is signed for a request for a token.
std::string token_signature_text(const net::Url& url);

// The field "token" (or "access_token") of the answer. Errors: data_corrupt, resource_exhausted.
Result<std::string> parse_token(std::string_view body);

// 16 random bytes in the URL-safe base64 without padding.
Result<std::string> make_nonce();

}  // namespace lar::registry

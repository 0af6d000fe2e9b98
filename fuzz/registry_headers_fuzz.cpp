// Headers and documents that registries answer with, and the URLs in them: what is accepted keeps
// its limits and its meaning.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/url.h"
#include "registry/headers.h"
#include "registry/key.h"
#include "registry/token.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_url(std::string_view text) {
  using lar::net::Url;
  const auto base = Url::parse("https://registry.example/v2/a/b/blobs/c");
  for (const auto& url : {Url::parse(text), base->resolve(text)}) {
    if (!url) continue;
    require(url->scheme() == "http" || url->scheme() == "https");
    require(!url->host().empty() && url->port() != 0 && url->path().starts_with('/'));
    require(url->str().find('@') == std::string::npos ||
            url->str().find('@') > url->str().find('/', 8));
    const auto again = Url::parse(url->str());
    require(again && again->str() == url->str() && again->same_origin(*url));
  }
}

void check_challenges(std::string_view text) {
  using namespace lar::registry;
  const auto challenges = parse_challenges(text);
  if (!challenges) return;
  require(challenges->size() <= kChallengesMax);
  for (const auto& challenge : *challenges) {
    require(challenge.parameters.size() <= kChallengeParametersMax);
  }
  if (const auto url = token_url(*challenges, 1, "nonce")) {
    require(url->query().find("nonce=nonce") != std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lar::registry;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: check_challenges(text); break;
    case 1: check_url(text); break;
    case 2:
      if (const auto range = parse_content_range(text)) {
        require(range->begin < range->end && (!range->total || range->end <= *range->total));
      }
      break;
    case 3:
      if (const auto end = parse_upload_range(text)) require(*end != 1);
      if (const auto wait = parse_retry_after(text, {})) require(wait->count() >= 0);
      break;
    case 4:
      if (const auto token = parse_token(text)) {
        require(!token->empty() && token->find('\n') == std::string::npos);
      }
      break;
    default:
      if (const auto key = Key::parse(text)) {
        require(Key::parse(key->private_file())->public_line() == key->public_line());
      }
  }
  return 0;
}

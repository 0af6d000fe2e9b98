// Requests: how a stream of bytes is split makes no difference to what it is understood as, and the
// rules for Host and Origin have an answer to everything.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/server/request_parser.h"
#include "server/access.h"
#include "server/router.h"
#include "server/routes.h"

namespace {

using lar::net::RequestParser;

void require(bool condition) {
  if (!condition) std::abort();
}

void judge(const lar::net::RequestHead& head) {
  lar::server::ServerConfig config;
  config.own_names = {"box"};
  config.origins = {"http://*.example:*"};
  const auto rules = lar::server::access_rules(config);
  const auto decision = lar::server::decide(rules, head, {});
  const std::string* host = head.header("Host");
  if (decision.refuse_status == 0) {
    require(host != nullptr && lar::server::is_host_allowed(rules, *host));
  }
  // Nothing of a page's own making is ever allowed by name.
  if (host != nullptr && host->ends_with("evil.com")) require(decision.refuse_status == 403);
  lar::server::find_route(lar::server::routes(), head.method, head.path());
}

// Everything that the stream is understood as, in one text. `step` bytes are fed at a time.
std::string understand(std::string_view bytes, size_t step) {
  RequestParser parser;
  std::string log;
  bool in_body = false;
  std::array<std::byte, 64> out{};
  for (;;) {
    for (bool more = true; more;) {
      more = false;
      if (!in_body) {
        const auto head = parser.read_head();
        if (!head) return log + "refused " + std::to_string(head.error().status);
        if (!*head) break;
        if (step > 1) judge(**head);
        log += (*head)->method + " " + (*head)->target + "\n";
        in_body = true;
      }
      const auto part = parser.read_body(out);
      if (!part) return log + "refused " + std::to_string(part.error().status);
      log.append(reinterpret_cast<const char*>(out.data()), part->bytes);
      in_body = !part->done;
      more = part->done || part->bytes > 0;
    }
    if (bytes.empty()) return log;
    const auto piece = bytes.substr(0, step);
    parser.append(std::as_bytes(std::span(piece)));
    bytes.remove_prefix(piece.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t step = 1 + data[0] % 16;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  require(understand(bytes, bytes.size() + 1) == understand(bytes, step));
  return 0;
}

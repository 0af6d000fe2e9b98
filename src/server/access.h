// Who may talk to the server from a browser: the rules for Host and Origin. Pure.
//
// Host: a page whose name resolves to this machine (DNS rebinding) sends its own name. Ours are
// localhost and *.localhost, addresses of private networks and this machine's name (with .local);
// host.docker.internal; and what the configuration adds. A server that listens on more than
// loopback also answers to every address and to names without a dot, as containers have.
// A host that a page could own is refused on every route.
//
// Origin: pages of this server itself, loopback pages of our own port, and applications whose
// origins no web page can have (app://, tauri://, vscode-webview://, vscode-file://); and what the
// configuration adds, by patterns with '*'. "null" and "file://" only that way. Other origins get
// 403; from a loopback page of another port a GET is answered but not readable for the page.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_header.h"
#include "net/server/exchange.h"
#include "server/config.h"
#include "server/route.h"

namespace lar::server {

struct AccessRules {
  bool loopback_only = true;           // every listener is
  std::vector<std::string> hosts;      // more names; patterns
  std::vector<std::string> own_names;  // lower case
  std::vector<std::string> origins;    // more origins; patterns
};

AccessRules access_rules(const ServerConfig& config);

// A Host header's value, or an absolute target's authority: name or address, and port.
bool is_host_allowed(const AccessRules& rules, std::string_view host);

enum class OriginVerdict : uint8_t {
  kAllowed,     // with Access-Control-Allow-Origin
  kUnreadable,  // GET and HEAD pass without it, the rest is refused
  kRefused,
};

// `host` is the request's Host header, `port` the one that it came in at.
OriginVerdict judge_origin(const AccessRules& rules,
                           std::string_view origin,
                           std::string_view host,
                           uint16_t port);

struct AccessDecision {
  int refuse_status = 0;                 // 0: go on
  bool preflight = false;                // answer 204 and be done
  std::string reason;                    // for the log
  std::vector<net::HttpHeader> headers;  // for whatever the answer is
};

AccessDecision decide(const AccessRules& rules,
                      const net::RequestHead& request,
                      const net::Peer& peer);

// Whether a request from a page may carry this body to the route: "simple" requests, which browsers
// send without asking first, must not do anything.
bool is_content_type_allowed(BodyKind body, const net::RequestHead& request);

// '*' stands for any text; the rest ignores case.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace lar::server

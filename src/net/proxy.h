// Which proxy a URL goes through: HTTP_PROXY, HTTPS_PROXY and NO_PROXY as other programs read them.
#pragma once

#include <string>

#include "net/url.h"

namespace lar::net {

struct ProxyConfig {
  std::string http_proxy;   // for http URLs; "host:port" or a URL with http, https or socks5
  std::string https_proxy;  // for https URLs
  // Comma list of hosts that are reached without one: "name" (and its subdomains), ".name"
  // (subdomains only), "name:port", an address, a network "10.0.0.0/8", or "*".
  std::string no_proxy;
};

// The proxy for `url`, or "" for none. Loopback hosts never go through one.
std::string proxy_for(const ProxyConfig& config, const Url& url);

}  // namespace lar::net

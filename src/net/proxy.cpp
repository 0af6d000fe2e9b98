#include "net/proxy.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "net/address.h"

namespace lar::net {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool excludes(std::string_view entry, const Url& url) {
  if (entry == "*") return true;
  if (in_network(url.host(), entry)) return true;
  // One colon is a port; more are an IPv6 address, which was compared above.
  if (const size_t colon = entry.find(':'); colon != std::string_view::npos) {
    if (entry.rfind(':') != colon || entry.substr(colon + 1) != std::to_string(url.port())) {
      return false;
    }
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.empty() || is_address(url.host())) return entry == url.host() && !entry.empty();
  if (entry.front() == '.') return url.host().ends_with(entry);
  return url.host() == entry ||
         (url.host().ends_with(entry) && url.host()[url.host().size() - entry.size() - 1] == '.');
}

}  // namespace

std::string proxy_for(const ProxyConfig& config, const Url& url) {
  const std::string& proxy = url.secure() ? config.https_proxy : config.http_proxy;
  if (proxy.empty() || is_loopback_host(url.host())) return {};
  const std::string list = lower(config.no_proxy);
  std::string_view rest = list;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view entry = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (!entry.empty() && excludes(entry, url)) return {};
  }
  return proxy;
}

}  // namespace lar::net

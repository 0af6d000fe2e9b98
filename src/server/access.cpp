#include "server/access.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "net/address.h"

namespace lar::server {
namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

struct HostPort {
  std::string host;  // lower case, without brackets
  std::optional<uint16_t> port;
  bool bracketed = false;
};

std::optional<HostPort> parse_host_port(std::string_view text) {
  HostPort parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    parts.host = lower(text.substr(1, end - 1));
    parts.bracketed = true;
    rest = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    parts.host = lower(text.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  if (parts.host.empty()) return std::nullopt;
  if (rest.empty()) return parts;
  if (rest.front() != ':') return std::nullopt;
  rest.remove_prefix(1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
  parts.port = port;
  return parts;
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_name(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), is_name_char) &&
         !host.starts_with('.') && !host.ends_with('.') &&
         host.find("..") == std::string_view::npos;
}

bool is_any(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](const std::string& pattern) { return matches_pattern(pattern, text); });
}

bool is_own_name(const AccessRules& rules, std::string_view host) {
  return std::any_of(rules.own_names.begin(), rules.own_names.end(), [&](const std::string& name) {
    return host == name || host == name + ".local";
  });
}

bool is_loopback_or_unspecified(std::string_view host) {
  return net::is_loopback_host(host) || host == "0.0.0.0" || host == "::";
}

// "scheme://host:port" and nothing after it.
struct Origin {
  std::string scheme;
  HostPort at;
};

std::optional<Origin> parse_web_origin(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Origin origin;
  origin.scheme = lower(text.substr(0, colon));
  if (origin.scheme != "http" && origin.scheme != "https") return std::nullopt;
  auto at = parse_host_port(text.substr(colon + 3));
  if (!at) return std::nullopt;
  origin.at = std::move(*at);
  return origin;
}

uint16_t port_of(const Origin& origin) {
  return origin.at.port.value_or(origin.scheme == "https" ? 443 : 80);
}

bool is_application(std::string_view origin) {
  constexpr std::string_view kSchemes[] = {"app://", "tauri://", "vscode-webview://",
                                           "vscode-file://"};
  return std::any_of(std::begin(kSchemes), std::end(kSchemes), [origin](std::string_view scheme) {
    return origin.size() > scheme.size() && lower(origin.substr(0, scheme.size())) == scheme;
  });
}

// A page that this server itself has served, under the name that the request came to.
bool is_same_origin(const Origin& origin, std::string_view host) {
  const auto own = parse_host_port(host);
  return own && own->host == origin.at.host &&
         own->port.value_or(origin.scheme == "https" ? 443 : 80) == port_of(origin);
}

constexpr std::string_view kMethods = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS";
constexpr std::string_view kRequestHeaders =
    "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,OpenAI-Beta,X-Api-Key,"
    "Anthropic-Version,Anthropic-Beta,Anthropic-Dangerous-Direct-Browser-Access,"
    "X-Stainless-Arch,X-Stainless-Async,X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,"
    "X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version,X-Stainless-Poll-Helper,"
    "X-Stainless-Retry-Count,X-Stainless-Runtime,X-Stainless-Runtime-Version,X-Stainless-Timeout";

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Greedy with one point to return to: linear in practice, never exponential.
  const std::string p = lower(pattern);
  const std::string t = lower(text);
  size_t i = 0;
  size_t j = 0;
  size_t star = std::string::npos;
  size_t mark = 0;
  while (j < t.size()) {
    if (i < p.size() && p[i] == '*') {
      star = i++;
      mark = j;
    } else if (i < p.size() && p[i] == t[j]) {
      ++i;
      ++j;
    } else if (star != std::string::npos) {
      i = star + 1;
      j = ++mark;
    } else {
      return false;
    }
  }
  while (i < p.size() && p[i] == '*') ++i;
  return i == p.size();
}

AccessRules access_rules(const ServerConfig& config) {
  AccessRules rules;
  rules.loopback_only = !config.tcp || net::is_loopback_host(config.host);
  rules.hosts = config.hosts;
  rules.origins = config.origins;
  for (const std::string& name : config.own_names) rules.own_names.push_back(lower(name));
  // The name that it was told to listen on is its own.
  if (!config.host.empty()) rules.own_names.push_back(lower(config.host));
  return rules;
}

bool is_host_allowed(const AccessRules& rules, std::string_view text) {
  const auto parts = parse_host_port(text);
  if (!parts) return false;
  const std::string& host = parts->host;
  if (net::is_address(host)) {
    if ((host.find(':') != std::string::npos) != parts->bracketed) return false;
    // Addresses cannot be rebound; a server for this machine alone still keeps to private ones.
    return !rules.loopback_only || !net::is_public_address(host) || is_own_name(rules, host);
  }
  if (parts->bracketed || !is_name(host)) return false;
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  if (host == "host.docker.internal" || is_own_name(rules, host)) return true;
  if (!rules.loopback_only && host.find('.') == std::string::npos) return true;
  return is_any(rules.hosts, host);
}

OriginVerdict judge_origin(const AccessRules& rules,
                           std::string_view origin,
                           std::string_view host,
                           uint16_t port) {
  if (is_any(rules.origins, origin)) return OriginVerdict::kAllowed;
  if (is_application(origin)) return OriginVerdict::kAllowed;
  const auto web = parse_web_origin(origin);
  if (!web) return OriginVerdict::kRefused;
  if (is_same_origin(*web, host)) return OriginVerdict::kAllowed;
  if (!is_loopback_or_unspecified(web->at.host)) return OriginVerdict::kRefused;
  return port_of(*web) == port ? OriginVerdict::kAllowed : OriginVerdict::kUnreadable;
}

AccessDecision decide(const AccessRules& rules,
                      const net::RequestHead& request,
                      const net::Peer& peer) {
  AccessDecision decision;
  const std::string* host = request.header("Host");
  const std::string_view authority = request.authority();
  const std::string_view name = host == nullptr ? std::string_view{} : std::string_view(*host);
  // A program on this machine that uses the socket is no browser.
  if (!peer.is_unix) {
    if (!is_host_allowed(rules, name) ||
        (!authority.empty() && !is_host_allowed(rules, authority))) {
      decision.refuse_status = 403;
      decision.reason = "host is not ours (see LAR_HOSTS)";
      return decision;
    }
  }
  const bool options = request.method == "OPTIONS";
  const std::string* origin = request.header("Origin");
  if (origin == nullptr) {
    decision.preflight = options;
    return decision;
  }
  decision.headers.push_back({"Vary", "Origin"});
  const auto verdict = judge_origin(rules, *origin, name, peer.local_port);
  const bool reads = request.method == "GET" || request.method == "HEAD" || options;
  if (verdict == OriginVerdict::kRefused || (verdict == OriginVerdict::kUnreadable && !reads)) {
    decision.refuse_status = 403;
    decision.reason = "origin is not allowed (see OLLAMA_ORIGINS)";
    return decision;
  }
  if (verdict == OriginVerdict::kAllowed) {
    decision.headers.push_back({"Access-Control-Allow-Origin", *origin});
    if (options) {
      decision.headers.push_back({"Access-Control-Allow-Methods", std::string(kMethods)});
      decision.headers.push_back({"Access-Control-Allow-Headers", std::string(kRequestHeaders)});
      decision.headers.push_back({"Access-Control-Max-Age", "43200"});
    }
  }
  decision.preflight = options;
  return decision;
}

bool is_content_type_allowed(BodyKind body, const net::RequestHead& request) {
  if (request.header("Origin") == nullptr) return true;
  if (body == BodyKind::kNone) return true;
  const std::string* header = request.header("Content-Type");
  const std::string_view value = header == nullptr ? std::string_view{} : std::string_view(*header);
  std::string type = lower(value.substr(0, value.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  switch (body) {
    case BodyKind::kNone: return true;
    case BodyKind::kJson: return type == "application/json";
    case BodyKind::kBytes: return type == "application/json" || type == "application/octet-stream";
    case BodyKind::kMultipart: return type == "multipart/form-data";
  }
  return false;
}

}  // namespace lar::server

#include "server/router.h"

#include <algorithm>

namespace lar::server {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes the part up to the next slash off `rest`.
std::string_view next_part(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto part = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  return part;
}

bool matches(std::string_view pattern,
             std::string_view path,
             std::vector<std::pair<std::string_view, std::string>>& params) {
  params.clear();
  while (!pattern.empty() && !path.empty()) {
    if (pattern.front() != '/' || path.front() != '/') return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const auto expected = next_part(pattern);
    const auto part = percent_decoded(next_part(path));
    if (!part) return false;
    if (expected.starts_with(':')) {
      if (part->empty()) return false;
      params.emplace_back(expected.substr(1), *part);
    } else if (expected != *part) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::string_view Call::param(std::string_view name) const {
  for (const auto& [each, value] : params) {
    if (each == name) return value;
  }
  return {};
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  return decoded;
}

RouteMatch find_route(std::span<const Route> routes,
                      std::string_view method,
                      std::string_view path) {
  RouteMatch match;
  const std::string other_slash = path.ends_with('/') && path.size() > 1
                                      ? std::string(path.substr(0, path.size() - 1))
                                      : std::string(path) + "/";
  bool other_slash_exists = false;
  std::vector<std::pair<std::string_view, std::string>> ignored;
  for (const Route& route : routes) {
    if (matches(route.path, path, match.params)) {
      if (route.method == method) {
        match.route = &route;
        return match;
      }
      if (!match.allowed.empty()) match.allowed += ", ";
      match.allowed += route.method;
    } else if (route.method == method && matches(route.path, other_slash, ignored)) {
      other_slash_exists = true;
    }
  }
  match.params.clear();
  if (match.allowed.empty() && other_slash_exists) match.redirect_to = other_slash;
  return match;
}

}  // namespace lar::server

// Which row of a table a method and a path belong to. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/route.h"

namespace lar::server {

struct RouteMatch {
  const Route* route = nullptr;  // nullptr: none
  std::vector<std::pair<std::string_view, std::string>> params;
  std::string allowed;      // where the path exists with other methods only: "GET, HEAD"
  std::string redirect_to;  // where it exists with or without a slash at its end
};

// `path` is still percent-encoded: it is split at its slashes first, so an encoded slash is part of
// a name. Undecodable paths match nothing.
RouteMatch find_route(std::span<const Route> routes,
                      std::string_view method,
                      std::string_view path);

// nullopt: a percent sign without two hex digits, or a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace lar::server

#include "cli/serve_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace lar::cli {
namespace {

constexpr size_t kKeyFileBytesMax = 4U << 20U;

std::string variable(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string() : found->second;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

Result<std::vector<server::ApiKey>> read_api_keys(const Variables& variables) {
  const std::string path = variable(variables, "LAR_API_KEYS");
  if (path.empty()) return std::vector<server::ApiKey>();
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::kNotFound, "LAR_API_KEYS: cannot open " + path);
  std::string text(kKeyFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(0, file.gcount())));
  if (file.bad()) return fail(Code::kUnavailable, "LAR_API_KEYS: cannot read " + path);
  if (text.size() > kKeyFileBytesMax) {
    return fail(Code::kInvalidArgument, "LAR_API_KEYS: " + path + " is too large");
  }
  LAR_TRY(auto keys, with_context(server::parse_api_keys(text), "LAR_API_KEYS: " + path));
  // A file without keys would open the server to everybody.
  if (keys.empty()) return fail(Code::kInvalidArgument, "LAR_API_KEYS: " + path + " has no keys");
  return keys;
}

Result<void> check_exposure(const server::ServerConfig& config,
                            bool has_keys,
                            bool is_public,
                            const Variables& variables) {
  const std::string said = variable(variables, "LAR_PUBLIC");
  if (!config.tcp || is_loopback(config.host) || has_keys || is_public ||
      (!said.empty() && parse_bool_variable(said))) {
    return {};
  }
  return fail(
      Code::kPermissionDenied,
      fmt::format("everybody who reaches {} could use this server: give it keys "
                  "(LAR_API_KEYS=FILE), or say that this is meant (--public, or LAR_PUBLIC=1)",
                  config.host.empty() ? "this machine" : config.host));
}

}  // namespace lar::cli

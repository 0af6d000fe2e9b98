#include "cli/serve_options.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace lar::cli {
namespace {

// Ollama takes spaces and quotes off both ends of every variable.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\"'";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view value_of(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string_view{} : trimmed(found->second);
}

template <class T>
bool parse_number(std::string_view text, T& out, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (const auto item = trimmed(text.substr(0, comma)); !item.empty()) items.emplace_back(item);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

std::string_view without_brackets(std::string_view text) {
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(']')) text.remove_suffix(1);
  return text;
}

struct HostPort {
  std::string_view host;
  std::string_view port;
};

// As net.SplitHostPort: a colon after the host, IPv6 in brackets. False: there is no port.
bool split_host_port(std::string_view text, HostPort& parts) {
  if (text.starts_with('[')) {
    const auto end = text.find("]:");
    if (end == std::string_view::npos) return false;
    parts = {text.substr(1, end - 1), text.substr(end + 2)};
    return true;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find(':') != colon) return false;
  parts = {text.substr(0, colon), text.substr(colon + 1)};
  return true;
}

Result<void> read_sockets(const Variables& variables, server::ServerConfig& config) {
  std::string path(value_of(variables, "LAR_SOCKET"));
  constexpr std::string_view kUnix = "unix://";
  if (const auto host = value_of(variables, "OLLAMA_HOST"); host.starts_with(kUnix)) {
    path = host.substr(kUnix.size());
    config.tcp = false;
  }
  if (path.empty()) return {};
  net::UnixListener listener;
  listener.path = path;
  if (const auto mode = value_of(variables, "LAR_SOCKET_MODE"); !mode.empty()) {
    if (!parse_number(mode, listener.mode, 8) || listener.mode > 0777) {
      return fail(Code::kInvalidArgument, "LAR_SOCKET_MODE is not an octal mode like 0660");
    }
  }
  for (const std::string& uid : split_list(value_of(variables, "LAR_SOCKET_UIDS"))) {
    uint32_t number = 0;
    if (!parse_number(std::string_view(uid), number)) {
      return fail(Code::kInvalidArgument, "LAR_SOCKET_UIDS is not a list of user ids");
    }
    listener.uids.push_back(number);
  }
  config.sockets.push_back(std::move(listener));
  return {};
}

}  // namespace

HostAddress parse_host_variable(std::string_view value) {
  HostAddress address;
  std::string_view rest = trimmed(value);
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    address.scheme = rest.substr(0, scheme);
    rest.remove_prefix(scheme + 3);
    if (address.scheme == "http") address.port = 80;
    if (address.scheme == "https") address.port = 443;
  }
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    address.path = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  HostPort parts;
  if (!split_host_port(rest, parts)) {
    if (!rest.empty()) address.host = without_brackets(rest);
    return address;
  }
  address.host = parts.host;
  if (uint16_t port = 0; parse_number(parts.port, port)) {
    address.port = port;
  } else {
    address.warning = fmt::format("invalid port '{}', using {}", parts.port, address.port);
  }
  return address;
}

bool parse_bool_variable(std::string_view value) {
  const auto text = trimmed(value);
  for (const std::string_view no : {"", "0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return true;
}

Result<ServeOptions> serve_options(const Variables& variables,
                                   const std::string& home,
                                   const std::string& host_name) {
  ServeOptions options;
  server::ServerConfig& config = options.config;
  LAR_TRY(read_sockets(variables, config));
  if (config.tcp) {
    HostAddress address = parse_host_variable(value_of(variables, "OLLAMA_HOST"));
    if (!address.warning.empty()) options.warnings.push_back("OLLAMA_HOST: " + address.warning);
    config.host = std::move(address.host);
    config.port = address.port;
  }
  config.models = std::string(value_of(variables, "OLLAMA_MODELS"));
  if (config.models.empty()) config.models = std::filesystem::path(home) / ".ollama" / "models";
  config.origins = split_list(value_of(variables, "OLLAMA_ORIGINS"));
  config.hosts = split_list(value_of(variables, "LAR_HOSTS"));
  if (!host_name.empty()) config.own_names.push_back(host_name);
  config.no_prune = parse_bool_variable(value_of(variables, "OLLAMA_NOPRUNE"));
  if (const auto most = value_of(variables, "LAR_MAX_CONNECTIONS"); !most.empty()) {
    if (!parse_number(most, config.limits.connections_max) || config.limits.connections_max == 0) {
      return fail(Code::kInvalidArgument, "LAR_MAX_CONNECTIONS is not a positive number");
    }
  }
  if (const auto debug = value_of(variables, "OLLAMA_DEBUG"); !debug.empty()) {
    int level = 0;
    if (!parse_number(debug, level)) level = parse_bool_variable(debug) ? 1 : 0;
    if (level == 1) options.log_level = LogLevel::kDebug;
    if (level >= 2) options.log_level = LogLevel::kTrace;
  }
  return options;
}

}  // namespace lar::cli

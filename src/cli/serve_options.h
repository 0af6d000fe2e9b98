// What `lar serve` takes from the environment's OLLAMA_ and LAR_ variables.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "server/config.h"

namespace lar::cli {

using Variables = std::map<std::string, std::string, std::less<>>;

// OLLAMA_HOST: [scheme://]host[:port][/path]. Never fails, as Ollama's reading never does: what is
// no port becomes the default with a warning.
struct HostAddress {
  std::string scheme = "http";
  std::string host = "127.0.0.1";  // without brackets; empty: every address
  uint16_t port = 11434;
  std::string path;  // without the slash before it
  std::string warning;
};
HostAddress parse_host_variable(std::string_view value);

// As strconv.ParseBool reads them; what it does not know counts as true, as in Ollama.
bool parse_bool_variable(std::string_view value);

struct ServeOptions {
  server::ServerConfig config;
  LogLevel log_level = LogLevel::kInfo;
  std::vector<std::string> warnings;
};

// Variables that the server reads:
//   OLLAMA_HOST     also unix:///path: only that socket, no TCP
//   OLLAMA_MODELS, OLLAMA_ORIGINS, OLLAMA_NOPRUNE, OLLAMA_DEBUG
//   LAR_HOSTS       more names that the Host header may have, with '*', separated by commas
//   LAR_SOCKET      a Unix socket beside TCP; LAR_SOCKET_MODE (octal), LAR_SOCKET_UIDS (commas)
//   LAR_MAX_CONNECTIONS
// Errors: invalid_argument, a LAR_ variable that makes no sense.
Result<ServeOptions> serve_options(const Variables& variables,
                                   const std::string& home,
                                   const std::string& host_name);

}  // namespace lar::cli

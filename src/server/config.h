// What the server is told at its start. cli/ fills it in from the environment.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "net/server/server.h"

namespace lar::server {

// The version of Ollama's API that this server speaks: clients compare it before they use features.
inline constexpr std::string_view kOllamaVersion = "0.32.15";

struct ServerConfig {
  std::string version;             // of this program
  std::string sandbox = "full";    // how far models are confined: full, degraded, off
  std::string host = "127.0.0.1";  // TCP; empty: every address
  uint16_t port = 11434;
  bool tcp = true;  // false: only the Unix socket
  std::vector<net::UnixListener> sockets;

  std::filesystem::path models;        // the store
  std::vector<std::string> origins;    // more than the built-in ones; patterns with *
  std::vector<std::string> hosts;      // more Host names that are ours; patterns with *
  std::vector<std::string> own_names;  // of this machine: its host name
  // OLLAMA_GO_TEMPLATE: whether a TEMPLATE layer goes before the Jinja template of the weights;
  // unset: whichever can do more.
  std::optional<bool> prefer_go_templates;
  bool no_prune = false;  // blobs that became unused are kept

  std::chrono::milliseconds stop_grace{5'000};  // for running requests
  net::ServerLimits limits;
};

}  // namespace lar::server

// Everything the program takes from its surroundings, read once at the start: variables, terminal,
// processor. The only place that calls getenv.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/cpu.h"
#include "base/result.h"

namespace lar::cli {

struct Environment {
  IsaSet isas;      // of this machine, narrowed by LAR_ISA
  int threads = 1;  // processors this process may use
  bool stdin_is_terminal = false;
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  bool nohistory = false;                  // OLLAMA_NOHISTORY
  std::optional<uint32_t> context_length;  // OLLAMA_CONTEXT_LENGTH
  std::string home;                        // HOME
  std::string host_name;                   // of this machine
  // Every variable whose name begins with OLLAMA_ or LAR_, for those who read many of them, and
  // those for proxies and certificates (HTTPS_PROXY, SSL_CERT_FILE, ...).
  std::map<std::string, std::string, std::less<>> variables;
  std::string host;             // OLLAMA_HOST, as it is
  std::string models;           // OLLAMA_MODELS, or ~/.ollama/models
  std::string editor;           // OLLAMA_EDITOR, VISUAL, EDITOR, or vi
  std::string api_key;          // LAR_API_KEY: what this client shows to a server
  std::string program = "lar";  // the name it was called by: lar or ollama
};

// Errors: a variable that has no sensible value, by name.
Result<Environment> read_environment();

}  // namespace lar::cli

#include "cli/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace lar::cli {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

// What programs that reach out agree on.
constexpr std::array<std::string_view, 7> kNetworkVariables = {
    "HTTP_PROXY", "http_proxy", "HTTPS_PROXY",  "https_proxy",
    "NO_PROXY",   "no_proxy",   "SSL_CERT_FILE"};

std::map<std::string, std::string, std::less<>> own_variables() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = text.substr(0, equals);
    const bool is_network = std::ranges::find(kNetworkVariables, name) != kNetworkVariables.end();
    if (!is_network && !name.starts_with("OLLAMA_") && !name.starts_with("LAR_")) continue;
    variables.emplace(name, text.substr(equals + 1));
  }
  return variables;
}

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : std::string();
}

}  // namespace

Result<Environment> read_environment() {
  Environment environment;
  environment.isas = detect_isa();
  if (const auto isa = variable("LAR_ISA"); !isa.empty()) {
    LAR_TRY(environment.isas, with_context(force_isa(environment.isas, isa), "LAR_ISA"));
  }
  environment.threads = available_cpus();
  environment.stdin_is_terminal = ::isatty(STDIN_FILENO) == 1;
  environment.stdout_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  environment.stderr_is_terminal = ::isatty(STDERR_FILENO) == 1;
  const auto nohistory = variable("OLLAMA_NOHISTORY");
  environment.nohistory = !nohistory.empty() && nohistory != "0" && nohistory != "false";
  if (const auto text = variable("OLLAMA_CONTEXT_LENGTH"); !text.empty()) {
    uint32_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return fail(Code::kInvalidArgument,
                  "OLLAMA_CONTEXT_LENGTH is not a number: '" + std::string(text) + "'");
    }
    if (length > 0) environment.context_length = length;
  }
  environment.home = variable("HOME");
  environment.host_name = machine_name();
  environment.variables = own_variables();
  environment.host = variable("OLLAMA_HOST");
  environment.models = variable("OLLAMA_MODELS");
  if (environment.models.empty()) environment.models = environment.home + "/.ollama/models";
  environment.api_key = variable("LAR_API_KEY");
  for (const char* name : {"OLLAMA_EDITOR", "VISUAL", "EDITOR"}) {
    if (environment.editor.empty()) environment.editor = variable(name);
  }
  if (environment.editor.empty()) environment.editor = "vi";
  return environment;
}

}  // namespace lar::cli

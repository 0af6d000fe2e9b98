// lar --version: the server's version, and this program's where they differ.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/server_client.h"
#include "server/config.h"

namespace lar::cli {

int run_version(const std::vector<std::string>&, const Environment& environment) {
  const bool ollama = environment.program == "ollama";
  const std::string own(ollama ? server::kOllamaVersion : std::string_view(LAR_VERSION));
  auto client = connect(environment);
  const auto answer = client ? client->get("/api/version") : std::unexpected<Error>(client.error());
  if (!answer) {
    (void)write_stdout(fmt::format("Warning: could not connect to a running {} instance\n",
                                   ollama ? "Ollama" : "lar"));
    (void)write_stdout("Warning: client version is " + own + "\n");
    return 0;
  }
  const auto server =
      answer->value(ollama ? "version" : "lar", answer->value("version", std::string()));
  (void)write_stdout(fmt::format("{} version is {}\n", environment.program, server));
  if (server != own) (void)write_stdout("Warning: client version is " + own + "\n");
  return 0;
}

}  // namespace lar::cli

// lar rm: removes models; each is unloaded first.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/server_client.h"

namespace lar::cli {
namespace {

Result<int> remove_models(const std::vector<std::string>& names, const Environment& environment) {
  LAR_TRY(auto client, connect(environment));
  for (const std::string& name : names) {
    const auto stopped =
        client.post("/api/generate", {{"model", name}, {"keep_alive", 0}, {"prompt", ""}});
    if (!stopped && stopped.error().code != Code::kNotFound) {
      fmt::print(stderr, "Warning: unable to stop model '{}'\n", name);
    }
    LAR_TRY(client.remove("/api/delete", {{"model", name}, {"name", name}}));
    LAR_TRY(write_stdout("deleted '" + name + "'\n"));
  }
  return 0;
}

}  // namespace

int run_rm(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  Arguments command("Remove models");
  command.option("MODEL", words, "One or more models");
  if (const auto code = command.parse(args)) return *code;
  if (words.empty()) return print_error(too_few(1, 0));
  const auto code = remove_models(words, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

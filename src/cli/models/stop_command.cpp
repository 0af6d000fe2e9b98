// lar stop: unloads a model.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/server_client.h"

namespace lar::cli {
namespace {

Result<int> stop_model(const std::string& name, const Environment& environment) {
  LAR_TRY(auto client, connect(environment));
  const auto stopped =
      client.post("/api/generate", {{"model", name}, {"keep_alive", 0}, {"prompt", ""}});
  if (!stopped && stopped.error().code == Code::kNotFound) {
    return fail(Code::kNotFound, fmt::format("couldn't find model \"{}\" to stop", name));
  }
  LAR_TRY(stopped);
  return 0;
}

}  // namespace

int run_stop(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  Arguments command("Stop a running model");
  command.option("MODEL", words, "The model");
  if (const auto code = command.parse(args)) return *code;
  if (words.size() != 1) return print_error(not_exactly(1, words.size()));
  const auto code = stop_model(words[0], environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

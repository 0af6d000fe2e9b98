// lar pull: downloads a model, or what is new of it.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/models/transfer.h"
#include "cli/output.h"

namespace lar::cli {
namespace {

Result<int> pull_model(const std::string& name, bool insecure, const Environment& environment) {
  LAR_TRY(auto client, connect(environment));
  LAR_TRY(show_transfer(client, "/api/pull",
                        {{"model", name}, {"name", name}, {"insecure", insecure}}, environment));
  return 0;
}

}  // namespace

int run_pull(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  bool insecure = false;
  Arguments command("Pull a model from a registry");
  command.option("MODEL", words, "The model");
  command.flag("--insecure", insecure, "Use an insecure registry");
  if (const auto code = command.parse(args)) return *code;
  if (words.size() != 1) return print_error(not_exactly(1, words.size()));
  const auto code = pull_model(words[0], insecure, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

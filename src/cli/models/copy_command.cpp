// lar cp: another name for a model.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/server_client.h"

namespace lar::cli {
namespace {

Result<int> copy_model(const std::vector<std::string>& names, const Environment& environment) {
  LAR_TRY(auto client, connect(environment));
  LAR_TRY(client.post("/api/copy", {{"source", names[0]}, {"destination", names[1]}}));
  LAR_TRY(write_stdout("copied '" + names[0] + "' to '" + names[1] + "'\n"));
  return 0;
}

}  // namespace

int run_cp(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  Arguments command("Copy a model");
  command.option("SOURCE DESTINATION", words, "The model and its new name");
  if (const auto code = command.parse(args)) return *code;
  if (words.size() != 2) return print_error(not_exactly(2, words.size()));
  const auto code = copy_model(words, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

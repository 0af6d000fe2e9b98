// lar list: the models of the server, newest first.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/humanize.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/moments.h"
#include "cli/output.h"
#include "cli/server_client.h"
#include "cli/terminal/table.h"

namespace lar::cli {
namespace {

using client::Json;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Result<int> list_models(const std::string& prefix, bool json, const Environment& environment) {
  LAR_TRY(auto client, connect(environment));
  LAR_TRY(const Json answer, client.get("/api/tags"));
  Table table({"NAME", "ID", "SIZE", "MODIFIED"});
  Json shown = Json::array();
  for (const Json& model : answer.value("models", Json::array())) {
    const auto name = model.value("name", std::string());
    if (!lower(name).starts_with(lower(prefix))) continue;
    shown.push_back(model);
    const bool remote = !model.value("remote_model", std::string()).empty();
    table.add({name, model.value("digest", std::string()).substr(0, 12),
               remote ? "-" : human_bytes(model.value("size", uint64_t{0})),
               moment_ago(model.value("modified_at", std::string()))});
  }
  LAR_TRY(write_stdout(json ? Json{{"models", shown}}.dump(2) + "\n" : table.str()));
  return 0;
}

}  // namespace

int run_list(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  bool json = false;
  Arguments command("List models");
  command.option("PREFIX", words, "Only names that begin with it");
  command.flag("--json", json, "Print one JSON object");
  if (const auto code = command.parse(args)) return *code;
  if (words.size() > 1) return print_error(too_many(1, words.size()));
  const auto code = list_models(words.empty() ? "" : words[0], json, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

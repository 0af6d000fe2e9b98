// lar ps: the models in memory, and those on their way there.
#include <fmt/format.h>

#include <cmath>
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

// What part of a model lies where.
std::string processor(uint64_t size, uint64_t size_vram) {
  if (size_vram == 0) return "100% CPU";
  if (size_vram == size) return "100% GPU";
  if (size_vram > size || size == 0) return "Unknown";
  const double cpu =
      std::round(static_cast<double>(size - size_vram) / static_cast<double>(size) * 100);
  return fmt::format("{}%/{}% CPU/GPU", cpu, 100 - cpu);
}

std::string until(const Json& model) {
  if (model.contains("load_progress")) {
    return fmt::format("Loading {}%",
                       static_cast<int>(model["load_progress"].get<double>() * 100.0));
  }
  return moment_until(model.value("expires_at", std::string()));
}

Result<int> list_running(const std::string& prefix, bool json, const Environment& environment) {
  LAR_TRY(auto client, connect(environment));
  LAR_TRY(const Json answer, client.get("/api/ps"));
  Table table({"NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL"});
  Json shown = Json::array();
  for (const Json& model : answer.value("models", Json::array())) {
    const auto name = model.value("name", std::string());
    if (!name.starts_with(prefix)) continue;
    shown.push_back(model);
    const auto size = model.value("size", uint64_t{0});
    table.add({name, model.value("digest", std::string()).substr(0, 12), human_bytes(size),
               processor(size, model.value("size_vram", uint64_t{0})),
               fmt::format("{}", model.value("context_length", uint64_t{0})), until(model)});
  }
  LAR_TRY(write_stdout(json ? Json{{"models", shown}}.dump(2) + "\n" : table.str()));
  return 0;
}

}  // namespace

int run_ps(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  bool json = false;
  Arguments command("List running models");
  command.option("PREFIX", words, "Only names that begin with it");
  command.flag("--json", json, "Print one JSON object");
  if (const auto code = command.parse(args)) return *code;
  if (words.size() > 1) return print_error(too_many(1, words.size()));
  const auto code = list_running(words.empty() ? "" : words[0], json, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

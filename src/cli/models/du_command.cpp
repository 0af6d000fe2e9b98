// lar du: how much room models take on the disk.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/humanize.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/terminal/table.h"
#include "store/gc.h"

namespace lar::cli {
namespace {

using Json = nlohmann::ordered_json;

Result<int> disk_usage(bool json, const Environment& environment) {
  const store::Store store(environment.models);
  LAR_TRY(const store::Usage usage, store::usage(store));
  if (json) {
    Json models = Json::array();
    for (const store::ModelUsage& model : usage.models) {
      models.push_back({{"name", model.name.shortest()},
                        {"bytes", model.bytes},
                        {"unique_bytes", model.unique_bytes}});
    }
    const Json all = {{"models", models},
                      {"blob_bytes", usage.blob_bytes},
                      {"unreferenced_bytes", usage.unreferenced_bytes},
                      {"partial_bytes", usage.partial_bytes},
                      {"free_bytes", usage.free_bytes}};
    LAR_TRY(write_stdout(all.dump(2) + "\n"));
    return 0;
  }
  Table table({"NAME", "SIZE", "ALONE"});
  for (const store::ModelUsage& model : usage.models) {
    table.add({model.name.shortest(), human_bytes(model.bytes), human_bytes(model.unique_bytes)});
  }
  Table sums;
  sums.add({"all blobs", human_bytes(usage.blob_bytes)});
  sums.add({"not referenced", human_bytes(usage.unreferenced_bytes)});
  sums.add({"unfinished downloads", human_bytes(usage.partial_bytes)});
  sums.add({"free on the disk", human_bytes(usage.free_bytes)});
  LAR_TRY(write_stdout(table.str() + "\n" + sums.str()));
  return 0;
}

}  // namespace

int run_du(const std::vector<std::string>& args, const Environment& environment) {
  bool json = false;
  Arguments command("Show how much room models take on the disk");
  command.flag("--json", json, "Print one JSON object");
  if (const auto code = command.parse(args)) return *code;
  const auto code = disk_usage(json, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

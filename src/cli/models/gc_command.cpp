// lar gc: what nothing refers to in the store; shown, or removed.
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/duration.h"
#include "base/humanize.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/models/bad_manifests.h"
#include "cli/output.h"
#include "cli/terminal/table.h"
#include "store/gc.h"

namespace lar::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string_view kind_name(store::GcItem::Kind kind) {
  switch (kind) {
    case store::GcItem::Kind::kBlob: return "blob";
    case store::GcItem::Kind::kPartial: return "partial";
    case store::GcItem::Kind::kTemporary: return "temporary";
  }
  return "";
}

Result<int> collect(const store::GcOptions& options, bool json, const Environment& environment) {
  const store::Store store(environment.models);
  LAR_TRY(const store::GcReport report, store::collect_garbage(store, options));
  report_bad_manifests(report.bad);
  if (json) {
    Json items = Json::array();
    for (const store::GcItem& item : report.items) {
      items.push_back(
          {{"kind", kind_name(item.kind)}, {"name", item.name}, {"bytes", item.disk_bytes}});
    }
    const Json all = {{"removed", report.removed}, {"bytes", report.disk_bytes}, {"items", items}};
    LAR_TRY(write_stdout(all.dump(2) + "\n"));
    return 0;
  }
  if (!report.bad.empty()) {
    fmt::print(stderr,
               "No blob is removed while a manifest cannot be read: it may refer to any.\n");
  }
  if (!report.items.empty()) {
    Table table({"KIND", "NAME", "SIZE"});
    for (const store::GcItem& item : report.items) {
      table.add({std::string(kind_name(item.kind)), item.name, human_bytes(item.disk_bytes)});
    }
    LAR_TRY(write_stdout(table.str()));
  }
  LAR_TRY(write_stdout(fmt::format("{} {} files, {}\n", report.removed ? "removed" : "would remove",
                                   report.items.size(), human_bytes(report.disk_bytes))));
  if (!report.removed && !report.items.empty()) {
    fmt::print(stderr, "'lar gc --remove' removes them.\n");
  }
  return 0;
}

}  // namespace

int run_gc(const std::vector<std::string>& args, const Environment& environment) {
  store::GcOptions options;
  bool json = false;
  std::string partials;
  Arguments command("Show what nothing refers to in the store, or remove it");
  command.flag("--remove", options.remove, "Remove it; without this flag it is only shown");
  command.option("--partials", partials,
                 "Unfinished downloads older than this go too, e.g. 720h (otherwise all stay)");
  command.flag("--allow-no-manifests", options.allow_no_manifests,
               "Go on even where the store has blobs and not one manifest");
  command.flag("--json", json, "Print one JSON object");
  if (const auto code = command.parse(args)) return *code;
  if (!partials.empty()) {
    const auto age = parse_go_duration(partials);
    if (!age) return print_error(age.error());
    options.partial_age_min = std::chrono::duration_cast<std::chrono::seconds>(*age);
  }
  const auto code = collect(options, json, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

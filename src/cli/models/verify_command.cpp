// lar verify: every blob of the store on this machine's disk against its digest. It works with or
// without a running server.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/humanize.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/models/bad_manifests.h"
#include "cli/output.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/table.h"
#include "store/verify.h"

namespace lar::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string names_of(const std::vector<store::ModelName>& models) {
  std::string text;
  for (const store::ModelName& name : models) {
    if (!text.empty()) text += ", ";
    text += name.shortest();
  }
  return text.empty() ? "-" : text;
}

Result<store::VerifyReport> run_verification(const store::Store& store,
                                             const Environment& environment) {
  Progress progress(environment.stderr_is_terminal, terminal_columns());
  const InterruptStop interrupt;
  store::VerifyOptions options;
  options.threads = environment.threads;
  options.stop = interrupt.token();
  if (environment.stderr_is_terminal) {
    options.progress = [&](uint64_t done, uint64_t total) {
      progress.bar("verifying", total, done);
    };
  }
  return store::verify(store, options);
}

Result<int> verify_store(bool json, const Environment& environment) {
  const store::Store store(environment.models);
  LAR_TRY(const store::VerifyReport report, run_verification(store, environment));
  if (json) {
    Json damaged = Json::array();
    for (const store::DamagedBlob& blob : report.damaged) {
      Json models = Json::array();
      for (const store::ModelName& name : blob.models) models.push_back(name.shortest());
      damaged.push_back({{"digest", blob.digest.str()},
                         {"damage", store::damage_name(blob.damage)},
                         {"detail", blob.detail},
                         {"models", models}});
    }
    Json bad = Json::array();
    for (const auto& manifest : report.bad_manifests) {
      bad.push_back({{"path", manifest.path}, {"error", manifest.error.message}});
    }
    const Json all = {{"blobs", report.blobs},
                      {"bytes", report.bytes},
                      {"damaged", damaged},
                      {"bad_manifests", bad}};
    LAR_TRY(write_stdout(all.dump(2) + "\n"));
    return report.clean() ? 0 : 1;
  }
  report_bad_manifests(report.bad_manifests);
  if (!report.damaged.empty()) {
    Table table({"BLOB", "DAMAGE", "MODELS", "DETAIL"});
    for (const store::DamagedBlob& blob : report.damaged) {
      table.add({blob.digest.str(), std::string(store::damage_name(blob.damage)),
                 names_of(blob.models), blob.detail});
    }
    LAR_TRY(write_stdout(table.str()));
    fmt::print(stderr, "'lar pull MODEL' repairs a model that a registry has.\n");
  }
  LAR_TRY(write_stdout(fmt::format("{} blobs, {} checked: {}\n", report.blobs,
                                   human_bytes(report.bytes),
                                   report.clean() ? "all as they should be" : "damage found")));
  return report.clean() ? 0 : 1;
}

}  // namespace

int run_verify(const std::vector<std::string>& args, const Environment& environment) {
  bool json = false;
  Arguments command(
      "Check every blob of the store against its digest; exit code 1 where one is damaged");
  command.flag("--json", json, "Print one JSON object");
  if (const auto code = command.parse(args)) return *code;
  const auto code = verify_store(json, environment);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli

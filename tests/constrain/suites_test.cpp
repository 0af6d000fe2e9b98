// The public suites of schemas: every valid instance of a schema that compiles is accepted, every
// invalid one rejected; schemas that are refused are counted by the reason given.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "constrain/check.h"
#include "constrain/grammar.h"
#include "json_text.h"
#include "support/data.h"

namespace lar::constrain {
namespace {

struct Tally {
  size_t supported = 0;
  size_t refused = 0;
  size_t instances = 0;
  std::vector<std::string> wrong;
  std::map<std::string, size_t> reasons;

  std::string report() const {
    std::ostringstream out;
    out << supported << " schemas supported, " << refused << " refused, " << instances
        << " instances, " << wrong.size() << " wrong\n";
    for (const auto& [reason, count] : reasons)
      out << "  refused " << count << ": " << reason << "\n";
    return out.str();
  }
};

// The message without its path, so that equal reasons meet.
std::string reason_of(const std::string& message) {
  const size_t space = message.find(": ");
  std::string rest = message.starts_with("#") ? message.substr(space + 2) : message;
  const std::string path = message.substr(0, space);
  const size_t slash = path.rfind('/');
  if (message.starts_with("#") && slash != std::string::npos)
    rest = path.substr(slash + 1) + ": " + rest;
  return rest.substr(0, 110);
}

void run_group(const JsonValue& schema,
               const JsonValue& tests,
               const std::string& name,
               const SchemaOptions& options,
               Tally& tally) {
  const auto grammar = Grammar::from_schema(test::to_json(schema), options);
  if (!grammar) {
    ++tally.refused;
    ++tally.reasons[reason_of(grammar.error().message)];
    return;
  }
  ++tally.supported;
  for (const JsonValue& one : tests.items) {
    const bool valid = one.find("valid")->is(JsonValue::Kind::kTrue);
    const std::string text = test::to_json(*one.find("data"));
    const auto result = check_text(**grammar, text);
    ++tally.instances;
    if (!result) {
      tally.wrong.push_back(name + ": " + result.error().message);
    } else if (result->accepted != valid) {
      const JsonValue* description = one.find("description");
      tally.wrong.push_back(name + ": " + (description ? description->text : "") + ": " + text +
                            " should be " + (valid ? "valid: " + result->reason : "invalid"));
    }
  }
}

void report(const std::string& what, const Tally& tally) {
  std::cout << "[ SUITE    ] " << what << ": " << tally.report();
  for (size_t i = 0; i < tally.wrong.size() && i < 60; ++i) ADD_FAILURE() << tally.wrong[i];
}

void run_draft(const std::string& folder, Draft draft) {
  const auto path = test::shared_data("grammar/JSON-Schema-Test-Suite/" + folder);
  LAR_REQUIRE_DATA(path);
  Tally tally;
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    const auto groups = parse_json(test::read_file(file.path()));
    ASSERT_TRUE(groups) << groups.error().message;
    // The suite has `format` as an annotation; that it is enforced is tested elsewhere.
    const SchemaOptions options{
        .purpose = Purpose::kCheck, .formats = FormatPolicy::kAnnotate, .draft = draft};
    for (const JsonValue& group : groups->items) {
      run_group(*group.find("schema"), *group.find("tests"),
                file.path().stem().string() + ": " + group.find("description")->text, options,
                tally);
    }
  }
  report(folder, tally);
  EXPECT_GT(tally.supported, 100U);
}

TEST(Suites, Draft2020) {
  run_draft("draft2020-12", Draft::kDraft2020);
}

TEST(Suites, Draft7) {
  run_draft("draft7", Draft::kDraft7);
}

TEST(Suites, JsonSchemaBench) {
  const auto path = test::shared_data("grammar/jsonschemabench/maskbench_sample.jsonl");
  LAR_REQUIRE_DATA(path);
  std::istringstream lines(test::read_file(path));
  Tally tally;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const auto entry = parse_json(line);
    ASSERT_TRUE(entry) << entry.error().message;
    run_group(*entry->find("schema"), *entry->find("tests"), entry->find("file")->text,
              {.purpose = Purpose::kCheck}, tally);
  }
  report("jsonschemabench", tally);
  EXPECT_GT(tally.supported, 500U);
}

}  // namespace
}  // namespace lar::constrain

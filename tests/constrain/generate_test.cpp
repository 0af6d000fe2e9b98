// What is sampled through masks is always a valid document: for the schemas of the public suites,
// judged by the check grammar (which the suites themselves judge).
#include <gtest/gtest.h>

#include <sstream>

#include "constrain/check.h"
#include "json_text.h"
#include "made_up_vocabulary.h"
#include "support/data.h"

namespace lar::constrain {
namespace {

void sample_schema(const std::string& schema,
                   const std::string& name,
                   int documents,
                   std::mt19937& random,
                   size_t& sampled,
                   size_t& refused,
                   size_t& unfinished) {
  static const auto vocabulary = test::made_up_vocabulary();
  const auto checker = Grammar::from_schema(schema, {.purpose = Purpose::kCheck});
  if (!checker) return;
  const auto grammar = Grammar::from_schema(schema, {});
  if (!grammar) {
    ++refused;
    std::cout << "[ REFUSED  ] " << name << ": " << grammar.error().message << "\n";
    return;
  }
  for (int i = 0; i < documents; ++i) {
    Matcher matcher(*grammar, vocabulary);
    std::string problem;
    const std::string text = test::sample(matcher, *vocabulary, random, problem, 120);
    const auto result = check_text(**checker, text);
    ASSERT_TRUE(result) << result.error().message;
    if (problem.starts_with("did not end")) {  // a pattern that chance does not hit
      ASSERT_EQ(result->position, text.size()) << name << "\n" << schema << "\n" << text;
      ++unfinished;
      continue;
    }
    ASSERT_EQ(problem, "") << name << "\n" << schema;
    ASSERT_TRUE(result->accepted) << name << "\n"
                                  << schema << "\n"
                                  << text << "\n"
                                  << result->reason;
    const auto json = parse_json(text);
    ASSERT_TRUE(json) << json.error().message << "\n" << text;
    ++sampled;
  }
}

TEST(Generate, JsonSchemaBench) {
  const auto path = test::shared_data("grammar/jsonschemabench/maskbench_sample.jsonl");
  LAR_REQUIRE_DATA(path);
  std::istringstream lines(test::read_file(path));
  std::mt19937 random(7);
  size_t sampled = 0;
  size_t refused = 0;
  size_t unfinished = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const auto entry = parse_json(line);
    ASSERT_TRUE(entry);
    sample_schema(test::to_json(*entry->find("schema")), entry->find("file")->text, 2, random,
                  sampled, refused, unfinished);
    if (HasFatalFailure()) return;
  }
  std::cout << "[ SAMPLED  ] " << sampled << " documents, " << refused
            << " schemas are checked but not generated, " << unfinished
            << " documents were not finished\n";
  EXPECT_LT(unfinished * 10, sampled);
}

TEST(Generate, TestSuite) {
  const auto path = test::shared_data("grammar/JSON-Schema-Test-Suite/draft2020-12");
  LAR_REQUIRE_DATA(path);
  std::mt19937 random(11);
  size_t sampled = 0;
  size_t refused = 0;
  size_t unfinished = 0;
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    const auto groups = parse_json(test::read_file(file.path()));
    ASSERT_TRUE(groups);
    for (const JsonValue& group : groups->items) {
      sample_schema(test::to_json(*group.find("schema")),
                    file.path().stem().string() + ": " + group.find("description")->text, 5, random,
                    sampled, refused, unfinished);
      if (HasFatalFailure()) return;
    }
  }
  std::cout << "[ SAMPLED  ] " << sampled << " documents, " << refused
            << " schemas are checked but not generated, " << unfinished
            << " documents were not finished\n";
  EXPECT_LT(unfinished * 10, sampled);
}

}  // namespace
}  // namespace lar::constrain

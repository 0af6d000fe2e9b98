#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lar::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What a command that takes one of each kind makes of its arguments.
struct Given {
  std::string file;
  uint32_t batch = 7;
  int threads = 1;
  std::optional<uint32_t> dimensions;
  std::vector<uint32_t> prompts = {512};
  std::vector<std::string> settings;
  std::string output = "md";
  int kind = 0;
  bool json = false;
  bool has_threads = false;
  std::optional<int> code;
  std::string error;
};

Given parse(std::vector<std::string> args) {
  args.insert(args.begin(), "show");
  Given given;
  Arguments command("Show");
  command.option("FILE", given.file, "A file").required();
  command.option("--batch", given.batch, "Tokens").range(1U, 10U);
  command.option("-t,--threads", given.threads, "Threads").range(1, 4);
  command.option("--dimensions", given.dimensions, "Length");
  command.option("-p", given.prompts, "Prompts").separated_by_commas();
  command.option("--set", given.settings, "Options").one_value_each();
  command.option("-o", given.output, "Form").one_of({"md", "json"});
  command.choice("--kind", given.kind, "Kind", {{"first", 1}, {"second", 2}});
  command.flag("--json", given.json, "JSON");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  given.code = command.parse(args);
  testing::internal::GetCapturedStdout();
  given.error = testing::internal::GetCapturedStderr();
  if (!given.code) given.has_threads = command.has("--threads");
  return given;
}

TEST(Arguments, FillWhatIsGivenAndLeaveTheRest) {
  const Given given = parse({"--set", "a=1", "x.gguf", "-t", "3", "--dimensions=4", "-p", "1,2",
                             "--set=b=2", "--kind", "second", "--json", "-o", "json"});
  EXPECT_EQ(given.code, std::nullopt) << given.error;
  EXPECT_EQ(given.file, "x.gguf");
  EXPECT_EQ(given.batch, 7U);
  EXPECT_EQ(given.threads, 3);
  EXPECT_TRUE(given.has_threads);
  EXPECT_EQ(given.dimensions, 4U);
  EXPECT_THAT(given.prompts, ElementsAre(1, 2));
  EXPECT_THAT(given.settings, ElementsAre("a=1", "b=2"));
  EXPECT_EQ(given.kind, 2);
  EXPECT_EQ(given.output, "json");
  EXPECT_TRUE(given.json);
}

TEST(Arguments, WhatIsNotGivenIsNotThere) {
  const Given given = parse({"x.gguf"});
  EXPECT_EQ(given.code, std::nullopt) << given.error;
  EXPECT_FALSE(given.has_threads);
  EXPECT_EQ(given.dimensions, std::nullopt);
}

TEST(Arguments, ValuesThatAreNotAllowedAreErrors) {
  for (const std::vector<std::string>& args : {std::vector<std::string>{},
                                               {"x", "--batch", "0"},
                                               {"x", "--batch", "-1"},
                                               {"x", "-t", "5"},
                                               {"x", "-t"},
                                               {"x", "-p", "1,y"},
                                               {"x", "-o", "xml"},
                                               {"x", "--kind", "third"},
                                               {"x", "--dimensions", "-1"},
                                               {"x", "y"},
                                               {"x", "--json=maybe"}}) {
    const Given given = parse(args);
    EXPECT_EQ(given.code, 1) << testing::PrintToString(args);
    EXPECT_THAT(given.error, HasSubstr("(see lar show --help)"));
  }
}

TEST(Arguments, UnknownFlagsAreNamed) {
  EXPECT_EQ(parse({"x", "--nosuch"}).error, "Error: unknown flag: --nosuch\n");
  EXPECT_EQ(parse({"x", "-Z"}).error, "Error: unknown shorthand flag: 'Z' in -Z\n");
}

TEST(Arguments, ExactlyOneSubcommandIsChosen) {
  const auto chosen = [](const std::vector<std::string>& args) -> std::string {
    std::string first_word;
    Arguments command("Two");
    Arguments& first = command.subcommand("first", "One");
    first.option("WORD", first_word, "A word");
    Arguments& second = command.subcommand("second", "Another");
    testing::internal::CaptureStderr();
    const auto code = command.parse(args);
    testing::internal::GetCapturedStderr();
    if (code) return "error";
    return first.chosen() ? "first " + first_word : second.chosen() ? "second" : "none";
  };
  EXPECT_EQ(chosen({"two", "first", "word"}), "first word");
  EXPECT_EQ(chosen({"two", "second"}), "second");
  EXPECT_EQ(chosen({"two"}), "error");
  EXPECT_EQ(chosen({"two", "third"}), "error");
}

}  // namespace
}  // namespace lar::cli

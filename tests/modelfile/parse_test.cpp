#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "modelfile/modelfile.h"
#include "support/data.h"

namespace lar::modelfile {
namespace {

using Instructions = std::vector<Instruction>;

std::string error_of(std::string_view text) {
  const auto file = parse(text);
  return file ? "accepted" : file.error().message;
}

Instructions parsed(std::string_view text) {
  const auto file = parse(text);
  EXPECT_TRUE(file) << file.error().message;
  return file ? file->instructions : Instructions{};
}

// The value of a SYSTEM instruction whose text after the command is `text`.
std::string value_of(std::string_view text) {
  const auto list = parsed("FROM x\nSYSTEM " + std::string(text) + "\n");
  return list.size() == 2 ? list[1].value : std::to_string(list.size()) + " instructions";
}

TEST(Parse, ReadsEveryInstructionInAnyCase) {
  EXPECT_EQ(parsed("FROM a\nlicense b\nTemplate c\nsYSTEM d\nADAPTER e\ndraft f\nRENDERER g\n"
                   "PARSER h\nPARAMETER temperature 1\nMESSAGE user i\nREQUIRES 0.1.0\n"),
            (Instructions{{Command::kFrom, "", "a"},
                          {Command::kLicense, "", "b"},
                          {Command::kTemplate, "", "c"},
                          {Command::kSystem, "", "d"},
                          {Command::kAdapter, "", "e"},
                          {Command::kDraft, "", "f"},
                          {Command::kRenderer, "", "g"},
                          {Command::kParser, "", "h"},
                          {Command::kParameter, "temperature", "1"},
                          {Command::kMessage, "user", "i"},
                          {Command::kRequires, "", "0.1.0"}}));
}

TEST(Parse, SkipsCommentsOnlyWhereACommandMayBegin) {
  EXPECT_EQ(
      parsed("# c\n  # d\n\n\t FROM x # y\nSYSTEM \"\"\"\n# not a comment\n\"\"\"\n#"),
      (Instructions{{Command::kFrom, "", "x # y"}, {Command::kSystem, "", "\n# not a comment\n"}}));
}

TEST(Parse, ReadsValuesWithAndWithoutQuotes) {
  EXPECT_EQ(value_of("a b"), "a b");
  EXPECT_EQ(value_of("  a b \t "), "a b");
  EXPECT_EQ(value_of("\" a \""), " a ");
  EXPECT_EQ(value_of("\"\""), "");
  EXPECT_EQ(value_of("\"\"\"\"\"\""), "");
  EXPECT_EQ(value_of("\"a\" \"b\""), "a\" \"b");
  EXPECT_EQ(value_of("\"\"\"\"\"\"\""), "\"");
  EXPECT_EQ(value_of("a \"b\""), "a \"b\"");
  EXPECT_EQ(value_of("'a'"), "'a'");
  EXPECT_EQ(value_of("\"a\nb\""), "a\nb");
  EXPECT_EQ(value_of("\"a \"b\nc\""), "a \"b\nc");
  EXPECT_EQ(value_of("\"\n\"\""), "\n\"");
  EXPECT_EQ(value_of("\"\"\"\n a \n\"\"\"  \t"), "\n a \n");
  EXPECT_EQ(value_of("\"\"\"a\r\nb\"\"\""), "a\r\nb");
  EXPECT_EQ(value_of("\"\"\"a\"\" b\n\"\"\""), "a\"\" b\n");
  EXPECT_EQ(value_of("\\n"), "\\n");
}

TEST(Parse, KeepsCharactersThatCannotBeSeen) {
  const std::string family = "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9";  // joined emoji
  EXPECT_EQ(value_of(family), family);
  EXPECT_EQ(value_of("a\x1b[0m"), "a\x1b[0m");
  EXPECT_EQ(value_of("a\xC2\xA0z"), "a\xC2\xA0z");
}

TEST(Parse, TakesAllLineEndsAndNoneAtTheEnd) {
  const Instructions want = {{Command::kFrom, "", "a"}, {Command::kParameter, "top_k", "3"}};
  EXPECT_EQ(parsed("FROM a\nPARAMETER top_k 3"), want);
  EXPECT_EQ(parsed("FROM a\r\nPARAMETER top_k 3\r\n"), want);
  EXPECT_EQ(parsed("FROM a\rPARAMETER top_k 3\r"), want);
  std::string wide = "\xFF\xFE";
  for (const char c : std::string("FROM a\r\nPARAMETER top_k 3\r\n")) {
    wide += c;
    wide += '\0';
  }
  EXPECT_EQ(parsed(wide), want);
}

TEST(Parse, NamesTheLineAndTheFault) {
  const std::string command =
      "command must be one of \"from\", \"license\", \"template\", \"system\", \"adapter\", "
      "\"draft\", \"renderer\", \"parser\", \"parameter\", \"message\", or \"requires\"";
  EXPECT_EQ(error_of("FROM tale\nFROBNICATE x\n"), "(line 2): " + command);
  EXPECT_EQ(error_of("FROM tale\r\nFROBNICATE x\r\n"), "(line 2): " + command);
  EXPECT_EQ(error_of("FROM tale\n\n# c\n1FROM x\n"), "(line 4): " + command);
  EXPECT_EQ(error_of("FROM: x\n"), "(line 1): " + command);
  EXPECT_EQ(error_of("FROM\n"), "(line 2): " + command);
  EXPECT_EQ(error_of("FROM x\nSYSTEM \"\"\"a\nb\n\"\"\"\nBAD x"), "(line 5): " + command);
  EXPECT_EQ(error_of("FROM x\nMESSAGE nobody hi\n"),
            "(line 2): message role must be one of \"system\", \"user\", or \"assistant\"");
  EXPECT_EQ(error_of("FROM x\nMESSAGE User hi\n"),
            "(line 2): message role must be one of \"system\", \"user\", or \"assistant\"");
  EXPECT_EQ(error_of("FROM x\nPARAMETER top-k 1\n"),
            "(line 2): parameter names have letters, digits and underscores only");
  EXPECT_EQ(error_of(""), "no FROM line");
  EXPECT_EQ(error_of("# nothing\n"), "no FROM line");
  EXPECT_EQ(error_of("PARAMETER temperature 1\n"), "no FROM line");
  EXPECT_EQ(error_of("FROM x\nSYSTEM \"\"\"open\n"), "unexpected EOF");
  EXPECT_EQ(error_of("FROM x\nSYSTEM \"open\n"), "unexpected EOF");
  EXPECT_EQ(error_of("FROM x\nSYSTEM \"\"\"a\"\"\n"), "unexpected EOF");
  EXPECT_EQ(error_of("FROM"), "unexpected EOF");
  EXPECT_EQ(error_of("FROM x\nMESSAGE system"), "unexpected EOF");
  EXPECT_EQ(error_of("FROM x\nMESSAGE system\n"), "unexpected EOF: system");
  EXPECT_EQ(error_of("FROM x\nPARAMETER stop\n"), "unexpected EOF: stop");
  EXPECT_EQ(error_of(std::string("FROM x\nSYSTEM a\0b\n", 18)),
            "(line 2): a Modelfile has no NUL characters");
}

// B06: each within 200 ms in a release build; ten times that here, for slow machines.
TEST(Parse, HandlesLargeInputQuickly) {
  const auto timed = [](const std::string& text) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string result = error_of(text);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    return result;
  };
  EXPECT_EQ(timed("FROM x\nSYSTEM " + std::string(10'000'000, 'a')),
            "(line 2): the value is longer than 4 MiB");
  EXPECT_EQ(timed("FROM x\nSYSTEM " + std::string(kValueBytesMax, 'a')), "accepted");
  std::string messages = "FROM x\n";
  for (int i = 0; i < 100'000; ++i) messages += "MESSAGE user hi\n";
  EXPECT_EQ(timed(messages), "(line 50001): too many instructions");
  EXPECT_EQ(timed("FROM x\nSYSTEM \"\"\"" + std::string(4'000'000, '\n') + "\"\"\""), "accepted");
  EXPECT_EQ(timed(std::string(10'000'000, '\n')), "no FROM line");
  EXPECT_EQ(timed("FROM x\nSYSTEM \"\"\"" + std::string(4'000'000, '\n')), "unexpected EOF");
  EXPECT_EQ(timed(std::string(10'000'000, 'a')), "unexpected EOF");
  EXPECT_EQ(timed(std::string(kFileBytesMax + 1, 'a')), "the Modelfile is longer than 64 MiB");
}

// The cases of Ollama's own parser tests.
TEST(Parse, AgreesWithOllamasTables) {
  const auto path = test::shared_data("chat/ollama/ollama_go_tables.jsonl");
  LAR_REQUIRE_DATA(path);
  const auto flat = [](const Instruction& i) {
    switch (i.command) {
      case Command::kFrom: return "model|" + i.value;
      case Command::kSystem: return "system|" + i.value;
      case Command::kMessage: return "message|" + i.name + ": " + i.value;
      case Command::kParameter: return i.name + "|" + i.value;
      default: return std::string("?");
    }
  };
  std::istringstream lines(test::read_file(path));
  int seen = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line);
    if (row["file"] != "parser/parser_test.go") continue;
    const std::string test = row["test"];
    const auto& c = row["case"];
    if (test == "TestParseFileParameters") {
      const auto list = parsed("FROM foo\nPARAMETER " + c["key"].get<std::string>() + "\n");
      ASSERT_EQ(list.size(), 2U) << line;
      EXPECT_EQ(list[1].name, c["value"][0].get<std::string>()) << line;
      EXPECT_EQ(list[1].value, c["value"][1].get<std::string>()) << line;
      ++seen;
    } else if (test == "TestParseFileFrom" || test == "TestParseFileMessages" ||
               test == "TestParseFileQuoted" || test == "TestParseFileComments") {
      const std::string text = c[0];
      ++seen;
      if (c[1].is_null()) {
        const std::string id = c[2]["$id"];
        EXPECT_EQ(error_of(text).substr(0, 14),
                  id == "errMissingFrom" ? "no FROM line" : "unexpected EOF")
            << line;
        continue;
      }
      const auto list = parsed(text);
      ASSERT_EQ(list.size(), c[1].size()) << line;
      for (size_t i = 0; i < list.size(); ++i) {
        EXPECT_EQ(flat(list[i]),
                  c[1][i]["Name"].get<std::string>() + "|" + c[1][i]["Args"].get<std::string>());
      }
    }
  }
  EXPECT_EQ(seen, 44);
}

}  // namespace
}  // namespace lar::modelfile

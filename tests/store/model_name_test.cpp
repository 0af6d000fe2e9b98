#include "store/model_name.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "name_grammar.h"
#include "support/data.h"

namespace lar::store {
namespace {

std::string actual(const std::string& text) {
  const auto name = ModelName::parse(text);
  if (!name) return "invalid";
  return name->scheme() + " " + name->host() + " " + name->name_space() + " " + name->model() +
         " " + name->tag() + " " + (name->pin() ? name->pin()->hex() : "");
}

// B18: written out by hand where it matters, and every combination of good and bad parts.
std::vector<std::string> names() {
  const std::string digest = "sha256:" + std::string(64, '0');
  std::vector<std::string> list = {"",
                                   " ",
                                   ".",
                                   "..",
                                   "/",
                                   "//",
                                   "///",
                                   "a/",
                                   "/a",
                                   "a//b",
                                   "a/b/",
                                   "a/b/c/",
                                   "/a/b/c",
                                   "a:",
                                   ":a",
                                   ":",
                                   "::",
                                   "a::b",
                                   "a:b:c",
                                   "@",
                                   "a@",
                                   "a@b",
                                   "a@sha256:",
                                   "a@" + digest,
                                   "a:t@" + digest,
                                   "h/n/m:t@" + digest,
                                   "@" + digest,
                                   "a@" + digest + "@" + digest,
                                   "a/b/c/d",
                                   "a/b/c/d:e",
                                   "../../etc/passwd",
                                   "a/../b",
                                   "a/./b",
                                   "..:..",
                                   "m:..",
                                   "m:.",
                                   "%2e%2e/m",
                                   "m%2f",
                                   "m:%00",
                                   "a b",
                                   "a\tb",
                                   "a\n",
                                   "a\\b",
                                   "C:\\m",
                                   "C:/m",
                                   "con",
                                   "nul:",
                                   "aux.gguf",
                                   "m:t/x",
                                   "h:1/n/m:t",
                                   "h:1:2/n/m",
                                   "h:/n/m",
                                   "http://h/n/m",
                                   "https://h:1/n/m:t",
                                   "ftp://h/n/m",
                                   "://h/n/m",
                                   "http:///n/m",
                                   "http://h/m",
                                   "http://m",
                                   "h//m",
                                   "n.s/m",
                                   "h/n.s/m",
                                   "h.x/n/m",
                                   "-m",
                                   ".m",
                                   "_m",
                                   "m-",
                                   "m.",
                                   "m_",
                                   "n-/m",
                                   "-n/m",
                                   "m:-t",
                                   "m:_t",
                                   "m:t.",
                                   "h-/n/m",
                                   "-h/n/m",
                                   ".h/n/m",
                                   "M",
                                   "m:Q4_K_M",
                                   "hf.co/org/repo:Q4_K_M",
                                   "\xc3\xa4",
                                   "m:\xc3\xa4",
                                   "\xe2\x80\xae"
                                   "m",
                                   "\xef\xbc\x8f",
                                   "\xff",
                                   std::string("a\0b", 3),
                                   std::string(80, 'm'),
                                   std::string(81, 'm'),
                                   "m:" + std::string(80, 't'),
                                   "m:" + std::string(81, 't'),
                                   std::string(350, 'h') + "/n/m",
                                   std::string(351, 'h') + "/n/m",
                                   "h/" + std::string(81, 'n') + "/m",
                                   std::string(33, 's') + "://h/n/m",
                                   std::string(100'000, 'a'),
                                   std::string(100'000, '/'),
                                   std::string(100'000, ':')};
  const std::vector<std::string> parts = {"a", "A",  "_",  "a.b", "a-b", "a:b",
                                          ".", "..", "-a", "",    "a+b"};
  for (const auto& a : parts) {
    for (const auto& b : parts) {
      list.push_back(a + "/" + b);
      list.push_back(a + ":" + b);
      list.push_back(a + "/" + b + "/m:t");
      list.push_back("h/n/" + a + ":" + b);
    }
  }
  return list;
}

TEST(ModelName, AgreesWithTheGrammar) {
  const auto list = names();
  ASSERT_GE(list.size(), 400U);
  size_t good = 0;
  for (const auto& text : list) {
    EXPECT_EQ(actual(text), test::name_by_grammar(text)) << text.substr(0, 200);
    good += actual(text) != "invalid" ? 1U : 0U;
  }
  EXPECT_GT(good, 50U);
}

TEST(ModelName, AgreesWithTheGrammarOnRandomStrings) {
  std::mt19937 random(1);
  const std::string alphabet = "aZ0_-.:/@+ \\%sha256";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t n = random() % 14; n > 0; --n) text += alphabet[random() % alphabet.size()];
    ASSERT_EQ(actual(text), test::name_by_grammar(text)) << text;
  }
}

TEST(ModelName, HasAPathOfItsOwnBelowTheStore) {
  std::map<std::string, std::string> by_path;
  for (const auto& text : names()) {
    const auto name = ModelName::parse(text);
    if (!name) continue;
    const auto path = name->relative_path();
    const auto [it, added] = by_path.emplace(path, name->str());
    EXPECT_EQ(it->second, name->str());
    std::vector<std::string> parts;
    std::istringstream in(path);
    for (std::string part; std::getline(in, part, '/');) parts.push_back(part);
    ASSERT_EQ(parts.size(), 4U) << path;
    for (const auto& part : parts) EXPECT_TRUE(part != "." && part != ".." && !part.empty());
    const auto back = ModelName::from_parts(parts[0], parts[1], parts[2], parts[3]);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->str(), name->str());
  }
}

TEST(ModelName, ShowsTheShortestFormThatMeansTheSame) {
  const auto shortest = [](const char* text) { return ModelName::parse(text)->shortest(); };
  EXPECT_EQ(shortest("registry.ollama.ai/library/model:latest"), "model:latest");
  EXPECT_EQ(shortest("model"), "model:latest");
  EXPECT_EQ(shortest("registry.ollama.ai/namespace/model:tag"), "namespace/model:tag");
  EXPECT_EQ(shortest("host/library/model:tag"), "host/library/model:tag");
  EXPECT_EQ(shortest("https://host:1/n/m"), "host:1/n/m:latest");
  for (const auto& text : names()) {
    const auto name = ModelName::parse(text);
    if (!name) continue;
    const auto again = ModelName::parse(name->shortest());
    ASSERT_TRUE(again) << text;
    EXPECT_TRUE(again->same_model(*name)) << text;
  }
}

TEST(ModelName, IsTheSameModelInAnyCase) {
  EXPECT_TRUE(ModelName::parse("FULL")->same_model(*ModelName::parse("library/full:LATEST")));
  EXPECT_FALSE(ModelName::parse("a")->same_model(*ModelName::parse("b")));
}

// The rules as tabled by Ollama's own tests.
TEST(ModelName, AgreesWithOllamasTables) {
  const auto path = lar::test::shared_data("chat/ollama/ollama_go_tables.jsonl");
  LAR_REQUIRE_DATA(path);
  std::istringstream lines(lar::test::read_file(path));
  int seen = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line);
    if (row["file"] != "types/model/name_test.go" || row["test"] != "TestParseNameParts") continue;
    const auto& want = row["case"]["want"];
    const auto name = ModelName::parse(row["case"]["in"].get<std::string>());
    ASSERT_TRUE(name) << line;
    EXPECT_EQ(name->host(), want.value("Host", "registry.ollama.ai"));
    EXPECT_EQ(name->name_space(), want.value("Namespace", "library"));
    EXPECT_EQ(name->model(), want.value("Model", ""));
    EXPECT_EQ(name->tag(), want.value("Tag", "latest"));
    ++seen;
  }
  EXPECT_EQ(seen, 4);
}

}  // namespace
}  // namespace lar::store

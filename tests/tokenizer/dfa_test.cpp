#include "tokenizer/dfa.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/utf8.h"
#include "support/data.h"

namespace lar::tokenizer::test {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

Result<Dfa> compile(std::string_view pattern) {
  LAR_TRY(const PatternProgram program, parse_pattern(pattern));
  return Dfa::compile(program);
}

// All matches from left to right.
Words matches(const Dfa& dfa, std::string_view text) {
  Words words;
  for (size_t i = 0; i < text.size();) {
    const size_t end = dfa.match_end(text, i);
    if (end != Dfa::npos && end > i) {
      words.emplace_back(text.substr(i, end - i));
      i = end;
    } else {
      i += utf8_next(text.substr(i)).bytes;
    }
  }
  return words;
}

Words matches(std::string_view pattern, std::string_view text) {
  const auto dfa = compile(pattern);
  if (!dfa) return {"error: " + dfa.error().message};
  return matches(*dfa, text);
}

TEST(Dfa, PrefersTheFirstAlternativeAndMatchesGreedily) {
  EXPECT_EQ(matches("a|ab", "abab"), (Words{"a", "a"}));
  EXPECT_EQ(matches("ab|a", "aba"), (Words{"ab", "a"}));
  EXPECT_EQ(matches("a{2,3}", "aaaaaaa"), (Words{"aaa", "aaa"}));
  EXPECT_EQ(matches("a?b*", "abbb"), (Words{"abbb"}));
  EXPECT_EQ(matches("(?:a|b)+c", "ababcab"), (Words{"ababc"}));
}

TEST(Dfa, LooksAheadOneCharacter) {
  EXPECT_EQ(matches(R"(\s+(?!\S)|\s+)", "a   b  "), (Words{"  ", " ", "  "}));
  EXPECT_EQ(matches("a(?=b)", "aab"), (Words{"a"}));
  EXPECT_EQ(matches("a$", "aa"), (Words{"a"}));
}

TEST(Dfa, ClassesAndEscapes) {
  EXPECT_EQ(matches(R"([^\s\p{L}\-x]+)", "ab-12 .x,"), (Words{"12", ".", ","}));
  EXPECT_EQ(matches(R"([\x{4E00}-\x{4E02}]+)", "\u4E00\u4E02\u4E03"), (Words{"\u4E00\u4E02"}));
  EXPECT_EQ(matches(R"([\p{L}&&[^\p{Han}]]+)", "ab\u4E00\u00E9"), (Words{"ab", "\u00E9"}));
  EXPECT_EQ(matches("(?i:[sk]+)", "sSkK\u017F\u212Ax"), (Words{"sSkK\u017F\u212A"}));
}

TEST(Dfa, BytesThatAreNotUtf8CountAsReplacementCharacters) {
  EXPECT_EQ(matches(R"([^\s\p{L}]+|\p{L}+)", "a\xFF\xC3z"), (Words{"a", "\xFF\xC3", "z"}));
}

TEST(Dfa, RefusesWhatItDoesNotUnderstand) {
  for (const std::string_view pattern :
       {"a*?", "a++", "(a", "a)", "[a", R"(\q)", R"(\p{Foo})", "(?<=a)", "a{2", "*a", "(?=ab)",
        R"(\x{110000})", R"(\x{zz})"}) {
    const auto result = parse_pattern(pattern);
    ASSERT_FALSE(result) << pattern;
    EXPECT_EQ(result.error().code, Code::kInvalidArgument) << pattern;
  }
  EXPECT_EQ(parse_pattern("a{9999}{9}").error().code, Code::kInvalidArgument);
  EXPECT_EQ(parse_pattern("(?:a{9999}){9}").error().code, Code::kResourceExhausted);
}

std::string gunzip(const std::string& path) {
  std::string out;
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return out;
  char buffer[16384];
  for (int got = 0; (got = gzread(file, buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<size_t>(got));
  }
  gzclose(file);
  return out;
}

// Split expressions of real tokenizers and what the reference library makes of them. Those that
// use more of the language than pre-tokenizers of GGUF files are refused; at least these are not.
TEST(Dfa, SplitsAsTheReferenceLibrary) {
  const auto folder = lar::test::shared_data("tokenizers/hf-vectors");
  LAR_REQUIRE_DATA(folder);
  const json table = json::parse(lar::test::read_file(folder / "splitRegexPatterns.json"));
  const json oracle = json::parse(gunzip((folder / "splitRegexOracle.json.gz").string()))["tokens"];
  std::set<std::string> understood;
  for (const json& row : table["patterns"]) {
    const auto id = row["id"].get<std::string>();
    const auto pattern = row["pattern"].get<std::string>();
    const auto dfa = compile(pattern);
    if (!dfa || row.value("knownDivergence", false)) continue;
    SCOPED_TRACE(id + " " + pattern);
    const json& inputs = row.contains("inputs") ? row["inputs"] : table["defaults"]["inputs"];
    ASSERT_EQ(inputs.size(), oracle[id].size());
    for (size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_EQ(matches(*dfa, inputs[i].get<std::string>()), oracle[id][i].get<Words>());
    }
    understood.insert(id);
  }
  for (const std::string id :
       {"hub-003", "hub-005", "hub-008", "hub-011", "hub-012", "hub-017", "hub-021",
        "hub-022", "hub-027", "hub-035", "hub-037", "hub-040", "hub-041", "hub-042",
        "hub-043", "hub-064", "hub-068", "hub-071", "hub-075", "hub-076", "hub-104"}) {
    EXPECT_TRUE(understood.contains(id)) << id;
  }
  EXPECT_GT(understood.size(), 50U);
}

}  // namespace
}  // namespace lar::tokenizer::test

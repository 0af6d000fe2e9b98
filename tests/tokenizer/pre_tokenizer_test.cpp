#include "tokenizer/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <ctime>
#include <set>
#include <string>

namespace lar::tokenizer::test {
namespace {

using Words = std::vector<std::string>;

Words split(std::string_view name, std::string_view text) {
  const PreTokenizerRow* row = find_pre_tokenizer(name);
  if (row == nullptr) return {"no such name"};
  const auto splitter = PreTokenizer::create(*row);
  if (!splitter) return {splitter.error().message};
  std::vector<uint32_t> ends;
  std::vector<uint32_t> scratch;
  splitter->split(text, ends, scratch);
  Words words;
  size_t begin = 0;
  for (const uint32_t end : ends) {
    words.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

TEST(PreTokenizer, KnowsEveryNameOnce) {
  std::set<std::string_view> names;
  for (const PreTokenizerRow& row : pre_tokenizer_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
  for (const std::string_view name :
       {"llama-bpe",  "qwen2",       "deepseek-llm", "deepseek-coder", "deepseek-r1-qwen",
        "falcon",     "mpt",         "starcoder",    "gpt-2",          "refact",
        "command-r",  "olmo",        "stablelm2",    "dbrx",           "smaug-bpe",
        "poro-chat",  "chatglm-bpe", "viking",       "jais",           "tekken",
        "smollm",     "codeshell",   "bloom",        "exaone",         "gpt-4o",
        "superbpe",   "trillion",    "bailingmoe",   "llama4",         "pixtral",
        "seed-coder", "hunyuan",     "kimi-k2",      "qwen35",         "minimax-m2",
        "default",    "deepseek-v3", "gemma4",       "afmoe",          "youtu",
        "jais-2",     "tiny_aya",    "exaone-moe",   "grok-2",         "lfm2"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_EQ(find_pre_tokenizer("no-such-name"), nullptr);
  EXPECT_EQ(find_pre_tokenizer("")->name, "default");
}

TEST(PreTokenizer, WordsJoinToTheText) {
  const std::string text =
      "I'LL  say: \"\xC3\xA9t\xC3\xA9\" 12345\r\n\n \tx=1;\xFF\xE4\xB8\xAD\xE6\x96\x87  "
      "\xF0\x9F\xA6\x99 ";
  for (const PreTokenizerRow& row : pre_tokenizer_rows()) {
    std::string joined;
    for (const std::string& word : split(row.name, text)) {
      EXPECT_FALSE(word.empty()) << row.name;
      joined += word;
    }
    EXPECT_EQ(joined, text) << row.name;
  }
}

TEST(PreTokenizer, LlamaAndQwenDifferInNumbers) {
  EXPECT_EQ(split("llama-bpe", "I'LL pay 12345.\n\nOK"),
            (Words{"I", "'LL", " pay", " ", "123", "45", ".\n\n", "OK"}));
  EXPECT_EQ(split("qwen2", "pay 123"), (Words{"pay", " ", "1", "2", "3"}));
}

TEST(PreTokenizer, Gpt2KeepsTheLastSpaceForTheWord) {
  EXPECT_EQ(split("gpt-2", "it's   12 !?\n x"),
            (Words{"it", "'s", "  ", " 12", " !?", "\n", " x"}));
}

TEST(PreTokenizer, Gpt4oCutsBeforeCapitals) {
  EXPECT_EQ(split("gpt-4o", "camelCaseHTTPServer's a/b//\n"),
            (Words{"camel", "Case", "HTTPServer's", " a", "/b", "//\n"}));
  EXPECT_EQ(split("tekken", "don't99"), (Words{"don", "'t", "9", "9"}));
}

TEST(PreTokenizer, DigitsInThreesFromTheRight) {
  EXPECT_EQ(split("superbpe", "a 1234567 b"), (Words{"a ", "1", "234", "567", " b"}));
  EXPECT_EQ(split("superbpe", "123456"), (Words{"123", "456"}));
  EXPECT_EQ(split("afmoe", "x12345"), (Words{"x", "12", "345"}));
  EXPECT_EQ(split("tiny_aya", "1234 1234abc"), (Words{"1", "234", " ", "123", "4", "abc"}));
}

TEST(PreTokenizer, SpacesInPowersOfTwo) {
  std::vector<size_t> sizes;
  for (const std::string& word : split("jais-2", std::string(1024 + 7, ' ') + "x")) {
    sizes.push_back(word.size());
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{512, 512, 4, 2, 2}));
  EXPECT_EQ(split("jais-2", "a   \n b"), (Words{"a", "   \n", " b"}));
}

TEST(PreTokenizer, TrailingSpaceOfDeepseek) {
  EXPECT_EQ(split("deepseek-llm", "ab  \ncd 12  "),
            (Words{"ab", "  ", "\n", "cd", " ", "12", "  "}));
}

TEST(PreTokenizer, ChineseOfKimi) {
  EXPECT_EQ(split("kimi-k2", "abc\u4E2D\u6587def12"), (Words{"abc", "\u4E2D\u6587", "def", "12"}));
}

// Time for text of 2n over time for n, the best of a few tries: near 2 where time is linear.
TEST(PreTokenizer, TakesLinearTimeOnTheWorstTexts) {
  const auto seconds = [](const PreTokenizer& splitter, const std::string& text) {
    std::vector<uint32_t> ends;
    std::vector<uint32_t> scratch;
    const std::clock_t start = std::clock();  // of the processor: other programs do not count
    splitter.split(text, ends, scratch);
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  };
  const std::string units[] = {" ", " \n", "1", "\u4E2D", "A", "a\u0301", "a b ", "\xFF"};
  std::set<const char*> done;  // patterns are shared by rows
  for (const PreTokenizerRow& row : pre_tokenizer_rows()) {
    if (!done.insert(row.rules[0].parts[0].data()).second && row.rules[1].parts[0].empty())
      continue;
    const auto splitter = PreTokenizer::create(row);
    ASSERT_TRUE(splitter) << row.name << splitter.error().message;
    for (const std::string& unit : units) {
      std::string text;
      while (text.size() < 40'000) text += unit;
      const std::string twice = text + text + "x";
      double ratio = 0;
      for (int attempt = 0; attempt < 5; ++attempt) {
        ratio = seconds(*splitter, twice) / (seconds(*splitter, text) + 20e-6);
        if (ratio < 2.9) break;
      }
      EXPECT_LT(ratio, 2.9) << row.name << " '" << unit << "'";
    }
  }
}

}  // namespace
}  // namespace lar::tokenizer::test

// A mask is exactly the set of tokens that can be accepted: the shortcuts by slices, shared states
// and suffixes change nothing.
#include <gtest/gtest.h>

#include "made_up_vocabulary.h"
#include "support/random_schema.h"

namespace lar::constrain {
namespace {

// Plain words and characters of every kind, whole and in pieces, beside the usual merges.
std::shared_ptr<const Vocabulary> rich_vocabulary() {
  const auto base = test::made_up_vocabulary();
  std::vector<std::string> texts;
  for (TokenId t = 0; t + 1 < base->size(); ++t) texts.push_back(base->text(t));
  for (const char* text : {"na",
                           "nam",
                           "naming",
                           "id0",
                           "x_",
                           "x_y",
                           "value1",
                           "red",
                           "green",
                           "yes",
                           "no",
                           "hello world",
                           " a b",
                           "foo_bar-baz",
                           "0000000000000",
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                           "b!",
                           "!!",
                           "~",
                           "\x7F",
                           "t\xC3\xA4g",
                           "\xC3\xA4",
                           "\xE4\xB8\x96\xE7\x95\x8C",
                           "ab\xE4\xB8",
                           "\xB8\x96",
                           "gr\xC3",
                           "\xBC",
                           "\\",
                           "\\u",
                           "\\u00e4",
                           "\\u00",
                           "e4\"",
                           "\\\\",
                           "a\\n",
                           "\"a",
                           "a\"",
                           "a\",\"",
                           "\":\"",
                           "\": \"a",
                           "\\\"\"",
                           "x\n",
                           "\t",
                           "\xED\xA0",
                           "\xF0\x9F"}) {
    texts.emplace_back(text);
  }
  texts.emplace_back("");
  const auto end = static_cast<TokenId>(texts.size() - 1);
  return *Vocabulary::create(std::move(texts), {end});
}

// Where items must differ, a token that ends one and begins the next is left to single steps.
bool may_be_smaller(const std::string& source) {
  return source.find("uniqueItems") != std::string::npos;
}

void compare(Matcher& matcher, const Vocabulary& vocabulary, const std::string& what) {
  const bool smaller = may_be_smaller(what);
  std::vector<uint64_t> bits(vocabulary.mask_words());
  ASSERT_TRUE(matcher.fill_mask(bits)) << what;
  for (TokenId token = 0; token < vocabulary.size(); ++token) {
    const bool in_mask = (bits[token / 64] >> (token % 64) & 1U) != 0;
    const bool accepted = matcher.accept(token).has_value();
    if (accepted) {
      ASSERT_TRUE(matcher.rollback(1));
    }
    if (smaller && accepted) continue;
    ASSERT_EQ(in_mask, accepted) << "token \"" << vocabulary.text(token) << "\" " << what;
  }
}

void compare_along(const std::shared_ptr<Grammar>& grammar,
                   const std::string& source,
                   std::mt19937& random) {
  static const auto vocabulary = rich_vocabulary();
  Matcher matcher(grammar, vocabulary);
  std::string text;
  std::vector<uint64_t> bits(vocabulary->mask_words());
  for (int step = 0; step < 25; ++step) {
    compare(matcher, *vocabulary, "after " + text + " in " + source);
    if (testing::Test::HasFatalFailure()) return;
    ASSERT_TRUE(matcher.fill_mask(bits));
    std::vector<TokenId> allowed;
    for (TokenId t = 0; t + 1 < vocabulary->size(); ++t) {
      if ((bits[t / 64] >> (t % 64) & 1U) != 0) allowed.push_back(t);
    }
    if (allowed.empty()) return;
    const TokenId token = allowed[random() % allowed.size()];
    ASSERT_TRUE(matcher.accept(token));
    text += vocabulary->text(token);
  }
}

TEST(TokenMask, IsExactlyWhatRandomSchemasAccept) {
  std::mt19937 random(3);
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const std::string schema = test::random_schema(seed);
    const auto grammar = Grammar::from_schema(schema, {});
    ASSERT_TRUE(grammar) << grammar.error().message << "\n" << schema;
    compare_along(*grammar, schema, random);
    if (HasFatalFailure()) return;
  }
}

TEST(TokenMask, IsExactlyWhatStringsAndKeysAccept) {
  std::mt19937 random(4);
  for (const char* schema : {
           R"({"type":"string"})",
           R"({"type":"string","maxLength":3})",
           R"({"type":"string","minLength":4,"maxLength":40})",
           R"({"type":"string","pattern":"^.{1,50}$"})",
           R"({"type":"string","pattern":"^[^ ]+$"})",
           R"({"type":"string","pattern":"^[a-z]+ä"})",
           R"({"type":"string","pattern":"n"})",
           R"({"type":"string","pattern":"^\\w+$","maxLength":6})",
           R"({"type":"object"})",
           R"({"type":"object","minProperties":2})",
           R"({"type":"object","properties":{"name":{"type":"string"},"täg":{"const":1}}})",
           R"({"type":"object","properties":{"name":{"type":"null"}},"required":["name"]})",
           R"({"type":"object","patternProperties":{"^n":{"type":"integer"}}})",
           R"({"type":"object","propertyNames":{"maxLength":4}})",
           R"({"type":"object","propertyNames":{"pattern":"^[a-z]*$"},"properties":{"id":{}}})",
           R"({"type":"array","items":{"enum":["a","ab",1]},"uniqueItems":true,"minItems":2})",
           R"({"type":"array","items":{"type":"integer","minimum":-20,"maximum":1234567}})",
       }) {
    const auto grammar = Grammar::from_schema(schema, {});
    ASSERT_TRUE(grammar) << grammar.error().message << "\n" << schema;
    for (int i = 0; i < 4; ++i) {
      compare_along(*grammar, schema, random);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(TokenMask, IsExactlyWhatGrammarsAccept) {
  std::mt19937 random(5);
  for (const char* source : {
           "root ::= [a-z]* \"!\"",
           "root ::= .*",
           "root ::= (word \" \")* word\nword ::= [^ \\n]+",
           "root ::= \"\\\"\" ([^\"\\\\\\x00-\\x1F] | \"\\\\\" [nu\"])* \"\\\"\" \"x\"",
           "root ::= item (\",\" item)*\nitem ::= [a-z]+ | \"(\" root \")\"",
       }) {
    const auto grammar = Grammar::from_gbnf(source, {});
    ASSERT_TRUE(grammar) << grammar.error().message << "\n" << source;
    for (int i = 0; i < 4; ++i) {
      compare_along(*grammar, source, random);
      if (HasFatalFailure()) return;
    }
  }
}

// A range of numbers has a state for every number that a walk meets; they must not pile up.
TEST(TokenMask, LooksLeaveNoStatesBehind) {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back(std::to_string(i));
  for (const char* text : {"[", "]", ",", " "}) texts.emplace_back(text);
  texts.emplace_back("");
  const auto end = static_cast<TokenId>(texts.size() - 1);
  const auto vocabulary = *Vocabulary::create(std::move(texts), {end});
  const auto grammar = Grammar::from_schema(
      R"({"type":"array","items":{"type":"integer","minimum":0,"maximum":999999999999}})", {});
  ASSERT_TRUE(grammar);
  Matcher matcher(*grammar, vocabulary);
  std::vector<uint64_t> bits(vocabulary->mask_words());
  ASSERT_TRUE(matcher.accept(1000));
  for (TokenId i = 100; i < 700; ++i) {
    for (const TokenId token : {i, i + 300, TokenId{1002}}) {
      ASSERT_TRUE(matcher.fill_mask(bits));
      ASSERT_TRUE(matcher.accept(token));
    }
  }
  EXPECT_LT((*grammar)->automaton().states(), 20'000U);
}

}  // namespace
}  // namespace lar::constrain

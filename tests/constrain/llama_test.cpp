// Grammars and schemas with the texts that llama.cpp (and llguidance) accept and reject, and the
// schemas that its converter takes or refuses.
#include <gtest/gtest.h>

#include <map>

#include "constrain/check.h"
#include "constrain/matcher.h"
#include "json_text.h"
#include "support/data.h"

namespace lar::constrain {
namespace {

// A text of the data: a string, or pieces with tokens among them.
void flatten(const JsonValue& value, std::vector<std::pair<std::string, int>>& out) {
  if (value.is(JsonValue::Kind::kString)) {
    out.emplace_back(value.text, -1);
  } else if (const JsonValue* sum = value.find("$expr")) {
    flatten(sum->items[0], out);
    flatten(sum->items[2], out);
  } else {
    out.emplace_back("", std::stoi(value.find("args")->items[0].text));
  }
}

// Tokens 0-255 are not bytes here but the tokens that the grammars name; bytes follow.
bool accepts(const std::shared_ptr<Grammar>& grammar, const JsonValue& value) {
  static const auto vocabulary = [] {
    std::vector<std::string> texts(256);
    for (int b = 0; b < 256; ++b) texts.push_back(std::string(1, static_cast<char>(b)));
    return *Vocabulary::create(std::move(texts), {});
  }();
  Matcher matcher(grammar, vocabulary);
  std::vector<std::pair<std::string, int>> pieces;
  flatten(value, pieces);
  std::vector<uint64_t> bits(vocabulary->mask_words());
  const auto accept = [&](TokenId token) {
    EXPECT_TRUE(matcher.fill_mask(bits));
    const bool in_mask = (bits[token / 64] >> (token % 64) & 1U) != 0;
    const bool accepted = matcher.accept(token).has_value();
    EXPECT_EQ(in_mask, accepted) << "token " << token;
    return accepted;
  };
  for (const auto& [text, token] : pieces) {
    if (token >= 0 && !accept(static_cast<TokenId>(token))) return false;
    for (const char c : text) {
      if (!accept(256U + static_cast<unsigned char>(c))) return false;
    }
  }
  return matcher.is_complete();
}

void run(const std::string& file) {
  const auto path = test::shared_data("grammar/llama.cpp/" + file);
  LAR_REQUIRE_DATA(path);
  const auto cases = parse_json(test::read_file(path));
  ASSERT_TRUE(cases);
  size_t run_cases = 0;
  size_t texts = 0;
  for (const JsonValue& one : cases->items) {
    const std::string kind = one.find("kind")->text;
    const std::string source = one.find("source")->text;
    if (kind == "lark") continue;  // another syntax
    const auto grammar =
        kind == "gbnf" ? Grammar::from_gbnf(source, {}) : Grammar::from_schema(source, {});
    ASSERT_TRUE(grammar) << grammar.error().message << "\n" << source;
    ++run_cases;
    for (const auto& [list, wanted] : {std::pair("accept", true), std::pair("reject", false)}) {
      for (const JsonValue& text : one.find(list)->items) {
        EXPECT_EQ(accepts(*grammar, text), wanted) << source << "\n" << test::to_json(text);
        ++texts;
      }
    }
  }
  std::cout << "[ SUITE    ] " << file << ": " << run_cases << " grammars, " << texts << " texts\n";
  EXPECT_GT(run_cases, 15U);
}

TEST(Llama, AcceptsAndRejects) {
  run("llamacpp_grammar_accept.json");
}

TEST(Llama, Llguidance) {
  run("llguidance_accept.json");
}

TEST(Llama, ConverterStatus) {
  const auto path = test::shared_data("grammar/llama.cpp/llamacpp_schema_to_gbnf.json");
  LAR_REQUIRE_DATA(path);
  const auto cases = parse_json(test::read_file(path));
  ASSERT_TRUE(cases);
  for (const JsonValue& one : cases->items) {
    const auto grammar = Grammar::from_schema(one.find("schema")->text, {});
    EXPECT_EQ(grammar.has_value(), one.find("status")->text == "SUCCESS")
        << one.find("name")->text << ": " << (grammar ? "" : grammar.error().message);
  }
}

}  // namespace
}  // namespace lar::constrain

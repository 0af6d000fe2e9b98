#include "tokenizer/special_tokens.h"

#include <gtest/gtest.h>

#include "tokenizer/sources.h"
#include "tokenizer/token_table.h"

namespace lar::tokenizer::test {
namespace {

using Ids = std::vector<TokenId>;

TEST(SpecialTokens, ByNameWhereTheFileIsSilent) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.add("word");
  const TokenId text_end = builder.add("<|endoftext|>", TokenType::kControl);
  const TokenId turn_end = builder.add("<|im_end|>");
  const TokenId prefix = builder.add("<|fim_prefix|>");
  Vocabulary vocabulary = builder.build();
  vocabulary.ids.eos = text_end;
  const SpecialTokens special = find_special_tokens(vocabulary);
  EXPECT_EQ(special.ids.eot, turn_end);
  EXPECT_EQ(special.ids.fim_prefix, prefix);
  EXPECT_EQ(special.end_ids, (Ids{text_end, turn_end}));
  EXPECT_EQ(type_of(vocabulary, turn_end), TokenType::kControl);
  EXPECT_EQ(type_of(vocabulary, prefix), TokenType::kControl);
  EXPECT_EQ(type_of(vocabulary, 0), TokenType::kNormal);
}

TEST(SpecialTokens, TheFileCountsMoreThanNames) {
  VocabularyBuilder builder(Algorithm::kBpe);
  const TokenId own = builder.add("<my-end>", TokenType::kControl);
  const TokenId named = builder.add("<|eot_id|>", TokenType::kControl);
  Vocabulary vocabulary = builder.build();
  vocabulary.ids.eot = own;
  const SpecialTokens special = find_special_tokens(vocabulary);
  EXPECT_EQ(special.ids.eot, own);
  EXPECT_EQ(special.end_ids, (Ids{own, named}));
}

TEST(SpecialTokens, MessagesOfHarmonyGoOn) {
  VocabularyBuilder builder(Algorithm::kBpe);
  const TokenId end = builder.add("<|end|>", TokenType::kControl);
  const TokenId returns = builder.add("<|return|>", TokenType::kControl);
  const TokenId call = builder.add("<|call|>", TokenType::kControl);
  const TokenId channel = builder.add("<|channel|>", TokenType::kControl);
  Vocabulary vocabulary = builder.build();
  const SpecialTokens special = find_special_tokens(vocabulary);
  EXPECT_EQ(special.end_ids, (Ids{returns, call}));
  EXPECT_EQ(type_of(vocabulary, end), TokenType::kUserDefined);
  EXPECT_EQ(type_of(vocabulary, channel), TokenType::kUserDefined);
}

TEST(SpecialTokens, TheEndOfSentenceIsTextInGemma4) {
  VocabularyBuilder builder(Algorithm::kBpe);
  const TokenId sentence = builder.add("</s>");
  const TokenId response = builder.add("<|tool_response>", TokenType::kControl);
  Vocabulary vocabulary = builder.build();
  EXPECT_EQ(find_special_tokens(vocabulary).end_ids, Ids{response});
  EXPECT_EQ(type_of(vocabulary, sentence), TokenType::kNormal);
}

}  // namespace
}  // namespace lar::tokenizer::test

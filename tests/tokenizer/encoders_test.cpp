// Each algorithm on vocabularies small enough to follow by hand.
#include <gtest/gtest.h>

#include "tokenizer/sources.h"

namespace lar::tokenizer::test {
namespace {

using Ids = std::vector<TokenId>;

const std::string kUnderline = "\xE2\x96\x81";

TEST(Bpe, LowestRankFirst) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("gpt-2").add_byte_chars();
  const TokenId bc = builder.add("bc");
  const TokenId ab = builder.add("ab");
  const TokenId abc = builder.add("abc");
  builder.merge("b c").merge("a b").merge("ab c");
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "abc"), (Ids{'a', bc}));
  EXPECT_EQ(encode(loaded, "abab"), (Ids{ab, ab}));
  (void)abc;
}

TEST(Bpe, WholeWordsWhereTheNameSaysSo) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.add_byte_chars();
  const TokenId word = builder.add("word");
  EXPECT_EQ(encode(from_vocabulary(builder.pre("gpt-2").build()), "word"),
            (Ids{'w', 'o', 'r', 'd'}));
  EXPECT_EQ(encode(from_vocabulary(builder.pre("llama-bpe").build()), "word"), Ids{word});
}

TEST(Bpe, MergesThroughTextsThatAreNoTokens) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("gpt-2").add_byte_chars();
  const TokenId abc = builder.add("abc");
  builder.merge("a b").merge("ab c");
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "abc"), Ids{abc});
  EXPECT_EQ(encode(loaded, "ab"), (Ids{'a', 'b'}));
}

TEST(Bpe, BytesWithoutTokensAreUnknown) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("gpt-2");
  const TokenId a = builder.add("a");
  EXPECT_EQ(encode(from_vocabulary(builder.build()), "ba"), Ids{a});
  const TokenId unk = builder.add("<unk>", TokenType::kUnknown);
  builder.vocabulary().ids.unk = unk;
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "bab"), (Ids{unk, a, unk}));
  EXPECT_FALSE(loaded->is_byte_level());
}

TEST(Bpe, TextSpelledWithUnderlines) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("gemma4").add_byte_tokens();
  const TokenId newlines = builder.add("\n\n");
  const TokenId a = builder.add("a");
  const TokenId space = builder.add(kUnderline);
  const TokenId space_a = builder.add(kUnderline + "a");
  builder.merge(kUnderline + " a");
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "a a"), (Ids{a, space_a}));
  EXPECT_EQ(encode(loaded, "a" + kUnderline + "a"), (Ids{a, space_a}));
  EXPECT_EQ(encode(loaded, "a \n\na"), (Ids{a, space, newlines, a}));
  EXPECT_EQ(encode(loaded, "\u00E9"), (Ids{0xC3, 0xA9}));
  const Ids ids = {a, space_a, 0xC3, 0xA9};
  EXPECT_EQ(loaded->decode(ids, {}), "a a\u00E9");
}

TEST(Bpe, RanksOfTokensWhereThereAreNoMerges) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("kimi-k2").add_byte_chars();
  const TokenId ab = builder.add("ab");
  const TokenId bc = builder.add("bc");
  const TokenId abcd = builder.add("abcd");
  builder.vocabulary().merges_by_id = true;
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "abc"), (Ids{ab, 'c'}));
  EXPECT_EQ(encode(loaded, "bcbc"), (Ids{bc, bc}));
  EXPECT_EQ(encode(loaded, "abcd"), (Ids{ab, 'c', 'd'}));
  (void)abcd;
}

VocabularyBuilder spm_vocabulary() {
  VocabularyBuilder builder(Algorithm::kSpm);
  builder.add("<unk>", TokenType::kUnknown);
  builder.add("<s>", TokenType::kControl);
  builder.add("</s>", TokenType::kControl);
  builder.vocabulary().ids = {.bos = 1, .eos = 2, .unk = 0};
  return builder;
}

TEST(Spm, BestScoreFirstAndSpaceInFront) {
  auto builder = spm_vocabulary();
  const TokenId space = builder.add(kUnderline, TokenType::kNormal, -5);
  const TokenId a = builder.add("a", TokenType::kNormal, -5);
  const TokenId b = builder.add("b", TokenType::kNormal, -5);
  const TokenId ab = builder.add("ab", TokenType::kNormal, -2);
  const TokenId space_a = builder.add(kUnderline + "a", TokenType::kNormal, -1);
  EXPECT_EQ(encode(from_vocabulary(builder.build()), "ab ab", {}),
            (Ids{1, space_a, b, space_a, b}));
  builder.vocabulary().scores[static_cast<size_t>(ab)] = 0;
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "ab a"), (Ids{space, ab, space_a}));
  EXPECT_EQ(encode(loaded, "a<s>a", {.add_special = false, .parse_special = true}),
            (Ids{space_a, 1, space_a}));
  builder.vocabulary().add_space_prefix = false;
  EXPECT_EQ(encode(from_vocabulary(builder.build()), "a"), Ids{a});
}

TEST(Spm, BytesOfUnknownCharacters) {
  auto builder = spm_vocabulary();
  builder.add_byte_tokens();
  builder.vocabulary().add_space_prefix = false;
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "\u00E9\xFF"), (Ids{3 + 0xC3, 3 + 0xA9, 3 + 0xFF}));
  EXPECT_EQ(loaded->decode(encode(loaded, "\u00E9\xFF"), {}), "\u00E9\xFF");
}

TEST(Spm, UnknownWithoutByteTokens) {
  auto builder = spm_vocabulary();
  builder.vocabulary().add_space_prefix = false;
  const TokenId a = builder.add("a");
  EXPECT_EQ(encode(from_vocabulary(builder.build()),
                   "\u00E9\u00E8"
                   "a"),
            (Ids{0, a}));
}

TEST(Spm, TokensMayReachAcrossSpaces) {
  auto builder = spm_vocabulary();
  builder.vocabulary().add_space_prefix = false;
  const TokenId a = builder.add("a", TokenType::kNormal, -5);
  const TokenId space = builder.add(kUnderline, TokenType::kNormal, -5);
  const TokenId a_space = builder.add("a" + kUnderline, TokenType::kNormal, -3);
  const TokenId a_space_a = builder.add("a" + kUnderline + "a", TokenType::kNormal, -4);
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "a a"), Ids{a_space_a});
  EXPECT_EQ(encode(loaded, "a  a"), (Ids{a_space, space, a}));
}

TEST(Unigram, HighestSumOfScores) {
  VocabularyBuilder builder(Algorithm::kUnigram);
  builder.add("<pad>", TokenType::kControl);
  builder.add("</s>", TokenType::kControl);
  builder.add("<unk>", TokenType::kUnknown);
  builder.vocabulary().ids = {.eos = 1, .unk = 2};
  builder.vocabulary().add_space_prefix = true;
  builder.vocabulary().remove_extra_spaces = true;
  const TokenId space = builder.add(kUnderline, TokenType::kNormal, -2);
  const TokenId ab = builder.add("ab", TokenType::kNormal, -3);
  const TokenId a = builder.add(kUnderline + "a", TokenType::kNormal, -2);
  const TokenId bc = builder.add("bc", TokenType::kNormal, -1);
  const TokenId c = builder.add("c", TokenType::kNormal, -4);
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "abc"), (Ids{a, bc}));
  EXPECT_EQ(encode(loaded, "  c   c "), (Ids{space, c, space, c}));
  EXPECT_EQ(encode(loaded, "c\u4E2D\u6587", {}), (Ids{space, c, 2, 1}));
  EXPECT_EQ(encode(loaded, ""), Ids{});
  (void)ab;
}

TEST(WordPiece, LongestPiecesOfCleanWords) {
  VocabularyBuilder builder(Algorithm::kWordPiece);
  const TokenId unk = builder.add("[UNK]", TokenType::kUnknown);
  const TokenId cls = builder.add("[CLS]", TokenType::kControl);
  const TokenId sep = builder.add("[SEP]", TokenType::kControl);
  const TokenId un = builder.add(kUnderline + "un");
  const TokenId able = builder.add("able");
  const TokenId a = builder.add("a");
  const TokenId comma = builder.add(kUnderline + ",");
  const TokenId e = builder.add(kUnderline + "e");
  const TokenId han = builder.add(kUnderline + "\u4E2D");
  builder.vocabulary().ids = {.bos = cls, .unk = unk, .sep = sep};
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "UnAble,", {}), (Ids{cls, un, able, comma, sep}));
  EXPECT_EQ(encode(loaded, "unax una"), (Ids{unk, un, a}));
  EXPECT_EQ(encode(loaded, "\u00C9\u4E2D\u00E9"), (Ids{e, han, e}));
  EXPECT_EQ(encode(loaded, "u\u200Bn\x01"), Ids{un});
  EXPECT_EQ(loaded->decode(encode(loaded, "un,un"), {}), "un , un");
  builder.vocabulary().lowercase = false;
  EXPECT_EQ(encode(from_vocabulary(builder.build()), "Un un \u00E9"), (Ids{unk, un, unk}));
}

TEST(Rwkv, LongestTokenAtEachPlace) {
  VocabularyBuilder builder(Algorithm::kRwkv);
  const TokenId a = builder.add("a");
  const TokenId abc = builder.add("abc");
  const TokenId b = builder.add("b");
  const TokenId newline = builder.add("\\n");
  const TokenId byte = builder.add("\\xff");
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "ababc\n\xFF?"), (Ids{a, b, abc, newline, byte}));
  const Ids ids = {newline, byte};
  EXPECT_EQ(loaded->decode(ids, {}), "\n\xFF");
}

}  // namespace
}  // namespace lar::tokenizer::test

#include "runtime/embed_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "models/encoder_files.h"
#include "runtime/embedding_vector.h"

namespace lar::runtime {
namespace {

using Tokens = std::vector<int32_t>;

// [CLS] is 2, [SEP] is 3, the word "a" is 4, "b" 5 and so on.
class EmbedTextTest : public testing::Test {
 protected:
  EmbedTextTest() : encoder_({.vocab = 96}) {
    encoder_.add_vocabulary(96);
    file_ = encoder_.file();
    tokenizer_ = tokenizer::Tokenizer::create(*file_).value();
    texts_ = std::make_unique<EmbedTexts>(*tokenizer_, "");
  }

  test::EncoderFile encoder_;
  std::shared_ptr<const gguf::File> file_;
  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
  std::unique_ptr<EmbedTexts> texts_;
};

TEST_F(EmbedTextTest, HasItsSpecialTokens) {
  EXPECT_EQ(texts_->text("a b", 16, false)->tokens, (Tokens{2, 4, 5, 3}));
  EXPECT_EQ(texts_->text("", 16, false)->tokens, (Tokens{2, 3}));
}

TEST_F(EmbedTextTest, IsCutInFrontOfTheLastToken) {
  const auto cut = texts_->text("a b c d e f", 5, true);
  ASSERT_TRUE(cut.has_value());
  EXPECT_EQ(cut->tokens, (Tokens{2, 4, 5, 6, 3}));
  EXPECT_EQ(cut->dropped, 3U);
  EXPECT_EQ(texts_->text("a b c", 5, false)->dropped, 0U);
}

TEST_F(EmbedTextTest, ThatIsTooLongIsAnErrorInOllamasWords) {
  const auto refused = texts_->text("a b c d", 5, false);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "the input length exceeds the context length");
  const auto nothing = texts_->text("a b c d", 2, true);
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().message, "input after truncation exceeds maximum context length");
  EXPECT_EQ(nothing.error().code, Code::kInvalidArgument);
}

// A context of less than 4 cuts, but what fits in 4 is not cut.
TEST_F(EmbedTextTest, FitsInFourTokensWhateverTheContext) {
  EXPECT_EQ(texts_->text("a b", 2, false)->tokens.size(), 4U);
  EXPECT_EQ(texts_->text("a b c", 3, true)->tokens, (Tokens{2, 4, 3}));
}

TEST_F(EmbedTextTest, OfAPairKnowsWhereTheSecondBegins) {
  const auto pair = texts_->pair("a b", "c", 16);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->tokens, (Tokens{2, 4, 5, 3, 6, 3}));
  EXPECT_EQ(pair->second_text, 4U);
}

TEST_F(EmbedTextTest, OfAPairLosesTheEndOfItsDocument) {
  const auto pair = texts_->pair("a b", "c d e f", 7);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->tokens, (Tokens{2, 4, 5, 3, 6, 7, 3}));
  EXPECT_EQ(pair->dropped, 2U);
  EXPECT_TRUE(texts_->pair("a b", "", 5).has_value());
  EXPECT_FALSE(texts_->pair("a b", "c", 5).has_value());
}

TEST_F(EmbedTextTest, FillsATemplateWhoseWordsAloneAreSpecial) {
  const EmbedTexts texts(*tokenizer_, "[CLS]{query}[SEP]x {document}[SEP]");
  EXPECT_EQ(texts.pair("a", "b", 16)->tokens, (Tokens{2, 4, 3, 27, 5, 3}));
  // A text that spells a special token stays text.
  const auto spelled = texts.pair("a", "[SEP]", 32);
  ASSERT_TRUE(spelled.has_value());
  EXPECT_EQ(std::ranges::count(spelled->tokens, 3), 2);
  const auto cut = texts.pair("a", "b c d e f g", 8);
  ASSERT_TRUE(cut.has_value());
  EXPECT_EQ(cut->tokens, (Tokens{2, 4, 3, 27, 5, 6, 7, 3}));
  EXPECT_EQ(cut->dropped, 3U);
  EXPECT_FALSE(texts.pair("a b c d e f g h", "b", 8).has_value());
}

TEST(Vectors, AreScaledToOne) {
  std::vector<float> vector = {3.0F, 4.0F};
  ASSERT_TRUE(finish_vector(vector, {}).has_value());
  EXPECT_FLOAT_EQ(vector[0], 0.6F);
  EXPECT_FLOAT_EQ(vector[1], 0.8F);
}

TEST(Vectors, OfZerosStayZeros) {
  std::vector<float> vector = {0.0F, 0.0F};
  ASSERT_TRUE(finish_vector(vector, {}).has_value());
  EXPECT_EQ(vector, (std::vector<float>{0.0F, 0.0F}));
}

TEST(Vectors, AreCutBeforeTheyAreScaledAgain) {
  std::vector<float> vector = {3.0F, 4.0F, 12.0F};
  ASSERT_TRUE(finish_vector(vector, {.dimensions = 2}).has_value());
  ASSERT_EQ(vector.size(), 2U);
  EXPECT_FLOAT_EQ(vector[0], 0.6F);
  std::vector<float> whole = {3.0F, 4.0F};
  ASSERT_TRUE(finish_vector(whole, {.normalize = false, .dimensions = 7}).has_value());
  EXPECT_EQ(whole, (std::vector<float>{3.0F, 4.0F}));
}

TEST(Vectors, ThatAreNotFiniteAreAnError) {
  for (const float odd :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    std::vector<float> vector = {1.0F, odd};
    const auto result = finish_vector(vector, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().message, "embedding contains NaN or Inf values");
  }
}

}  // namespace
}  // namespace lar::runtime

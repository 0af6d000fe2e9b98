#include "tokenizer/stream_decoder.h"

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "tokenizer/sources.h"

namespace lar::tokenizer::test {
namespace {

Loaded byte_vocabulary() {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("gpt-2").add_byte_chars();
  builder.add("<|im_end|>", TokenType::kControl);
  return from_vocabulary(builder.build());
}

TEST(StreamDecoder, HoldsBackUnfinishedCharacters) {
  const Loaded loaded = byte_vocabulary();
  StreamDecoder decoder(*loaded.tokenizer, {});
  EXPECT_EQ(decoder.push('a'), "a");
  EXPECT_EQ(decoder.push(0xF0), "");
  EXPECT_EQ(decoder.push(0x9F), "");
  EXPECT_EQ(decoder.push(0xA6), "");
  EXPECT_EQ(decoder.push(0x99), "\U0001F999");
  EXPECT_EQ(decoder.finish(), "");
}

TEST(StreamDecoder, BrokenCharactersBecomeReplacements) {
  const Loaded loaded = byte_vocabulary();
  StreamDecoder decoder(*loaded.tokenizer, {});
  EXPECT_EQ(decoder.push(0xE4), "");
  EXPECT_EQ(decoder.push('x'), "\uFFFDx");
  EXPECT_EQ(decoder.push(0xFF), "\uFFFD");
  EXPECT_EQ(decoder.push(0xC3), "");
  EXPECT_EQ(decoder.finish(), "\uFFFD");
  EXPECT_EQ(decoder.push('y'), "y");
}

TEST(StreamDecoder, EveryByteSequenceGivesValidText) {
  const Loaded loaded = byte_vocabulary();
  uint32_t state = 1;
  for (int round = 0; round < 200; ++round) {
    StreamDecoder decoder(*loaded.tokenizer, {});
    std::string bytes;
    std::string text;
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525U + 1013904223U;
      const auto id = static_cast<TokenId>(state >> 24 | 0x80);
      bytes.push_back(static_cast<char>(id));
      const std::string part = decoder.push(id);
      EXPECT_TRUE(utf8_valid(part));
      text += part;
    }
    text += decoder.finish();
    EXPECT_EQ(text, utf8_sanitize(bytes));
  }
}

TEST(StreamDecoder, ShowsControlTokensThatAreAskedFor) {
  const Loaded loaded = byte_vocabulary();
  EXPECT_EQ(StreamDecoder(*loaded.tokenizer, {}).push(256), "");
  EXPECT_EQ(StreamDecoder(*loaded.tokenizer, {.special = true}).push(256), "<|im_end|>");
  const std::vector<TokenId> shown = {256};
  EXPECT_EQ(StreamDecoder(*loaded.tokenizer, {.shown = shown}).push(256), "<|im_end|>");
  EXPECT_EQ(StreamDecoder(*loaded.tokenizer, {.special = true}).push(-5), "");
}

TEST(StreamDecoder, StripsTheFirstSpaceOnly) {
  VocabularyBuilder builder(Algorithm::kSpm);
  builder.add("<unk>", TokenType::kUnknown);
  const TokenId bos = builder.add("<s>", TokenType::kControl);
  const TokenId hello = builder.add("\xE2\x96\x81Hello");
  const TokenId space = builder.add("\xE2\x96\x81");
  const Loaded loaded = from_vocabulary(builder.build());

  StreamDecoder decoder(*loaded.tokenizer, {});
  EXPECT_EQ(decoder.push(bos), "");
  EXPECT_EQ(decoder.push(hello), "Hello");
  EXPECT_EQ(decoder.push(hello), " Hello");
  EXPECT_EQ(decoder.finish(), "");
  EXPECT_EQ(decoder.push(space), "");
  EXPECT_EQ(decoder.push(hello), " Hello");

  StreamDecoder keeping(*loaded.tokenizer, {.strip_first_space = false});
  EXPECT_EQ(keeping.push(hello), " Hello");

  const std::vector<TokenId> ids = {bos, hello, hello};
  EXPECT_EQ(loaded->decode(ids, {}), "Hello Hello");
  EXPECT_EQ(loaded->decode(ids, {.strip_first_space = false}), " Hello Hello");
}

}  // namespace
}  // namespace lar::tokenizer::test

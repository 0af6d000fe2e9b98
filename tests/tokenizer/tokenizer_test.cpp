#include "tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "base/utf8.h"
#include "support/data.h"
#include "tokenizer/sources.h"

namespace lar::tokenizer::test {
namespace {

using Ids = std::vector<TokenId>;

constexpr TokenId kStart = 256;
constexpr TokenId kEnd = 257;
constexpr TokenId kCall = 258;
constexpr TokenId kHi = 259;

// Bytes, two control tokens, a user-defined one and a merged word.
VocabularyBuilder chat_vocabulary() {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("qwen2").add_byte_chars();
  builder.add("<|start|x>", TokenType::kControl);
  builder.add("<|im_end|>", TokenType::kControl);
  builder.add("<tool_call>", TokenType::kUserDefined);
  builder.add("hi");
  builder.merge("h i");
  builder.vocabulary().ids.bos = kStart;
  builder.vocabulary().ids.eos = kEnd;
  return builder;
}

Ids bytes(std::string_view text) {
  Ids ids;
  for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

Ids joined(std::initializer_list<Ids> parts) {
  Ids all;
  for (const Ids& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Tokenizer, ControlTokensOnlyWhereTheyAreParsed) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  const std::string text = "hi<|im_end|>";
  EXPECT_EQ(encode(loaded, text, {.add_special = false, .parse_special = true}), (Ids{kHi, kEnd}));
  EXPECT_EQ(encode(loaded, text), joined({{kHi}, bytes("<|im_end|>")}));
}

TEST(Tokenizer, UserDefinedTokensEverywhere) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  EXPECT_EQ(encode(loaded, "hi<tool_call>hi"), (Ids{kHi, kCall, kHi}));
}

TEST(Tokenizer, SegmentsGuardTheUsersText) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  const Segment segments[] = {{"<|start|x>", true}, {"hi<|im_end|>", false}, {"<|im_end|>", true}};
  EXPECT_EQ(*loaded->encode_segments(segments, false),
            joined({{kStart, kHi}, bytes("<|im_end|>"), {kEnd}}));
}

TEST(Tokenizer, ControlTokensDoNotReachIntoTheUsersText) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  const Segment across[] = {{"<|im_", true}, {"end|>", false}};
  EXPECT_EQ(*loaded->encode_segments(across, false), bytes("<|im_end|>"));
  const Segment split[] = {{"<|im_", true}, {"", false}, {"end|>", true}};
  EXPECT_EQ(*loaded->encode_segments(split, false), Ids{kEnd});
}

TEST(Tokenizer, SegmentsAreOneText) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  const Segment segments[] = {{"h", false}, {"i there", true}};
  EXPECT_EQ(*loaded->encode_segments(segments, false), encode(loaded, "hi there"));
}

TEST(Tokenizer, BeginAndEndTokensAsTheVocabularySays) {
  auto builder = chat_vocabulary();
  EXPECT_EQ(encode(from_vocabulary(builder.build()), "hi", {}), Ids{kHi});
  builder.vocabulary().add_bos = true;
  EXPECT_EQ(encode(from_vocabulary(builder.build()), "hi", {}), (Ids{kStart, kHi}));
  builder.vocabulary().add_eos = true;
  const Loaded both = from_vocabulary(builder.build());
  EXPECT_EQ(encode(both, "hi", {}), (Ids{kStart, kHi, kEnd}));
  EXPECT_EQ(encode(both, "", {}), (Ids{kStart, kEnd}));
  EXPECT_EQ(encode(both, "hi", {.add_special = false}), Ids{kHi});
  builder.vocabulary().ids.bos = kNoToken;
  EXPECT_EQ(encode(from_vocabulary(builder.build()), "", {}), Ids{kEnd});
}

TEST(Tokenizer, TokensThatSwallowWhiteSpace) {
  auto builder = chat_vocabulary();
  builder.vocabulary().strip_before = {kEnd};
  builder.vocabulary().strip_after = {kStart};
  const Loaded loaded = from_vocabulary(builder.build());
  const EncodeOptions parse = {.add_special = false, .parse_special = true};
  EXPECT_EQ(encode(loaded, "<|start|x> \n hi \t<|im_end|>\n", parse),
            (Ids{kStart, kHi, kEnd, '\n'}));
  EXPECT_EQ(encode(loaded, "  <|im_end|>", parse), Ids{kEnd});
}

TEST(Tokenizer, DecodesControlTokensOnRequest) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  const Ids ids = {kStart, kHi, kCall, kEnd, -1, 100'000};
  EXPECT_EQ(loaded->decode(ids, {}), "hi<tool_call>");
  EXPECT_EQ(loaded->decode(ids, {.special = true}), "<|start|x>hi<tool_call><|im_end|>");
  const Ids shown = {kEnd};
  EXPECT_EQ(loaded->decode(ids, {.shown = shown}), "hi<tool_call><|im_end|>");
}

TEST(Tokenizer, FindsTokensByTheirText) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  EXPECT_EQ(loaded->find("<|im_end|>"), kEnd);
  EXPECT_EQ(loaded->find("hi"), kHi);
  EXPECT_EQ(loaded->find(byte_char(' ')), ' ');
  EXPECT_EQ(loaded->find("nothing"), kNoToken);
  EXPECT_EQ(loaded->piece(' '), " ");
  EXPECT_EQ(loaded->text(' '), byte_char(' '));
}

TEST(Tokenizer, RefusesWhatIsTooLarge) {
  const Loaded loaded = from_vocabulary(chat_vocabulary().build());
  const auto ids = loaded->encode(std::string(Limits::kMaxTextBytes + 1, 'a'), {});
  ASSERT_FALSE(ids);
  EXPECT_EQ(ids.error().code, Code::kResourceExhausted);
}

TEST(Tokenizer, RefusesVocabulariesThatDoNotFit) {
  EXPECT_EQ(Tokenizer::create(Vocabulary{}).error().code, Code::kNotFound);
  auto builder = chat_vocabulary();
  builder.vocabulary().ids.eos = 1'000'000;
  EXPECT_EQ(Tokenizer::create(builder.build()).error().code, Code::kDataCorrupt);
  builder.vocabulary().ids.eos = kEnd;
  builder.vocabulary().scores.pop_back();
  EXPECT_EQ(Tokenizer::create(builder.build()).error().code, Code::kDataCorrupt);
  EXPECT_EQ(Tokenizer::create(chat_vocabulary().pre("nonsense").build()).error().code,
            Code::kUnsupported);
}

TEST(Tokenizer, TokensOfAnyLength) {
  auto builder = chat_vocabulary();
  const TokenId empty = builder.add("");
  const TokenId long_id = builder.add(std::string(1 << 15, 'q'), TokenType::kControl);
  const TokenId longest = builder.add(std::string(1 << 24, 'z'), TokenType::kControl);
  const Loaded loaded = from_vocabulary(builder.build());
  ASSERT_NE(loaded.tokenizer, nullptr);
  EXPECT_EQ(loaded->piece(empty), "");
  EXPECT_EQ(loaded->piece(long_id).size(), 1U << 15);
  EXPECT_EQ(loaded->piece(longest).size(), 1U << 24);
  EXPECT_EQ(
      encode(loaded, std::string(1 << 15, 'q'), {.add_special = false, .parse_special = true}),
      Ids{long_id});
  const Ids ids = {empty, longest};
  EXPECT_EQ(loaded->decode(ids, {.special = true}).size(), 1U << 24);
  builder.add(std::string(Limits::kMaxVocabularyBytes, 'z'));
  EXPECT_EQ(Tokenizer::create(builder.build()).error().code, Code::kResourceExhausted);
}

TEST(Tokenizer, ControlTokensAreNeverMadeFromText) {
  auto builder = chat_vocabulary();
  builder.add("ab", TokenType::kControl);
  builder.merge("a b");
  builder.pre("llama-bpe");  // which takes whole words that are tokens
  const Loaded loaded = from_vocabulary(builder.build());
  EXPECT_EQ(encode(loaded, "ab"), bytes("ab"));
}

// Every byte-level vocabulary of the data gives back any text; those with all bytes, any bytes.
class RoundTrip : public testing::Test {
 protected:
  static void expect(const std::vector<std::string>& texts) {
    const auto folder = lar::test::shared_data("tokenizers");
    LAR_REQUIRE_DATA(folder);
    int vocabularies = 0;
    for (const auto* part : {"ggml-vocab", "derived"}) {
      for (const auto& entry : std::filesystem::directory_iterator(folder / part)) {
        if (entry.path().extension() != ".gguf") continue;
        const Loaded loaded = from_gguf(entry.path());
        ASSERT_NE(loaded.tokenizer, nullptr);
        if (!loaded->is_byte_level()) continue;
        ++vocabularies;
        const bool any_bytes = loaded->find(byte_char(0xFF)) != kNoToken &&
                               loaded->type(loaded->find(byte_char(0xFF))) == TokenType::kNormal;
        for (const std::string& text : texts) {
          if (!any_bytes && !utf8_valid(text)) continue;
          const bool same = loaded->decode(encode(loaded, text), {}) == text;
          EXPECT_TRUE(same) << entry.path() << ": " << text.substr(0, 60);
        }
      }
    }
    EXPECT_GE(vocabularies, 7);
  }
};

TEST_F(RoundTrip, OddStrings) {
  const auto path = lar::test::shared_data("text");
  LAR_REQUIRE_DATA(path);
  expect({lar::test::read_file(path / "blns/blns.txt"),
          lar::test::read_file(path / "UTF-8-test.txt")});
}

TEST_F(RoundTrip, AllOfTheBasicPlaneAndRandomBytes) {
  std::string plane;
  for (char32_t c = 0; c < 0x10000; ++c) {
    if (c < 0xD800 || c >= 0xE000) utf8_append(plane, c);
  }
  std::mt19937 random(5);
  std::string noise;
  for (int i = 0; i < 100'000; ++i) noise.push_back(static_cast<char>(random() & 0xFF));
  std::string marks = "a";
  for (int i = 0; i < 100'000; ++i) marks += "\u0301";
  std::string family;
  for (int i = 0; i < 1000; ++i) family += "\U0001F468\u200D\U0001F469\u200D\U0001F467\uFE0F";
  expect({plane, noise, marks, family, std::string(100'000, ' '), std::string(100'000, '7')});
}

// Processor time for text of 2n over that for n.
TEST(Tokenizer, TakesLinearTimeOnTheWorstTexts) {
  const auto folder = lar::test::shared_data("tokenizers");
  LAR_REQUIRE_DATA(folder);
  for (const auto* name : {"derived/ggml-vocab-qwen2.gguf", "ggml-vocab/ggml-vocab-llama-spm.gguf",
                           "ggml-vocab/ggml-vocab-bert-bge.gguf"}) {
    const Loaded loaded = from_gguf(folder / name);
    ASSERT_NE(loaded.tokenizer, nullptr);
    const auto seconds = [&](const std::string& text) {
      const std::clock_t start = std::clock();
      encode(loaded, text);
      return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    for (const std::string unit : {"a", " ", "1", "\u4E2D\u6587\u5B57", "\u0301", "<", "\xF0"}) {
      std::string text;
      while (text.size() < 100'000) text += unit;
      const std::string twice = text + text;
      double ratio = 0;
      for (int attempt = 0; attempt < 5; ++attempt) {
        ratio = seconds(twice) / (seconds(text) + 100e-6);
        if (ratio < 2.6) break;
      }
      EXPECT_LT(ratio, 2.6) << name << " '" << unit << "'";
    }
  }
}

// For people: tokenizer_test --gtest_also_run_disabled_tests --gtest_filter=*DISABLED_Speed
TEST(Tokenizer, DISABLED_Speed) {
  const std::string text =
      lar::test::read_file(lar::test::shared_data("corpora/gutenberg/edgeworth-parents.txt"));
  const auto folder = lar::test::shared_data("tokenizers");
  for (const auto* name :
       {"derived/ggml-vocab-llama-bpe.gguf", "derived/ggml-vocab-qwen2.gguf",
        "ggml-vocab/ggml-vocab-gpt-2.gguf", "ggml-vocab/ggml-vocab-deepseek-llm.gguf",
        "ggml-vocab/ggml-vocab-llama-spm.gguf", "ggml-vocab/ggml-vocab-bert-bge.gguf"}) {
    const std::clock_t begin = std::clock();
    const Loaded loaded = from_gguf(folder / name);
    const double load = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    double best = 1e9;
    for (int attempt = 0; attempt < 5; ++attempt) {
      const std::clock_t start = std::clock();
      encode(loaded, text);
      best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::printf("%-40s %6.1f MB/s, loads in %5.1f ms\n", name,
                static_cast<double>(text.size()) / best / 1e6, load * 1e3);
  }
}

}  // namespace
}  // namespace lar::tokenizer::test

#include <gtest/gtest.h>

#include <functional>

#include "gguf/raw_file.h"
#include "gguf/reader.h"
#include "tokenizer/sources.h"

namespace lar::tokenizer::test {
namespace {

using gguf::ValueType;
using gguf::test::RawFile;

// The tokenizer keys of a file; each may be replaced or left out.
class Keys {
 public:
  using Writer = std::function<void(RawFile&)>;

  explicit Keys(std::string model) {
    set("model", [model](RawFile& f) { f.string_key("tokenizer.ggml.model", model); });
  }

  Keys& set(const std::string& name, Writer writer) {
    writers_[name] = std::move(writer);
    return *this;
  }
  Keys& tokens(std::vector<std::string> texts) {
    return set("tokens", [texts](RawFile& f) { f.string_array("tokenizer.ggml.tokens", texts); });
  }
  Keys& merges(std::vector<std::string> texts) {
    return set("merges", [texts](RawFile& f) { f.string_array("tokenizer.ggml.merges", texts); });
  }
  Keys& types(std::vector<int32_t> values) {
    return set("types", [values](RawFile& f) {
      f.array("tokenizer.ggml.token_type", ValueType::kInt32, values);
    });
  }
  Keys& text(const std::string& key, std::string value) {
    return set(key, [key, value](RawFile& f) { f.string_key(key, value); });
  }
  Keys& number(const std::string& name, uint32_t value) {
    return set(name, [name, value](RawFile& f) {
      f.scalar("tokenizer.ggml." + name, ValueType::kUint32, value);
    });
  }
  Keys& flag(const std::string& name, bool value) {
    return set(name, [name, value](RawFile& f) {
      f.scalar("tokenizer.ggml." + name, ValueType::kBool, static_cast<uint8_t>(value));
    });
  }

  Result<Vocabulary> read() {
    RawFile file(0, writers_.size());
    for (const auto& [name, writer] : writers_) writer(file);
    bytes_ = file.bytes();
    LAR_TRY(file_, gguf::File::parse(bytes_, "test.gguf"));
    return read_vocabulary(*file_);
  }

 private:
  std::map<std::string, Writer> writers_;
  std::vector<std::byte> bytes_;
  std::shared_ptr<const gguf::File> file_;
};

Keys spm() {
  Keys keys("llama");
  keys.tokens({"<unk>", "<s>", "</s>", "a"}).types({2, 3, 3, 1});
  return keys;
}

Keys bpe() {
  Keys keys("gpt2");
  keys.tokens({"a", "b", "ab"}).merges({"a b"});
  return keys;
}

TEST(VocabularyGguf, Defaults) {
  auto keys = spm();
  const auto vocabulary = keys.read();
  ASSERT_TRUE(vocabulary) << vocabulary.error().message;
  EXPECT_EQ(vocabulary->algorithm, Algorithm::kSpm);
  EXPECT_EQ(vocabulary->ids.bos, 1);
  EXPECT_EQ(vocabulary->ids.eos, 2);
  EXPECT_EQ(vocabulary->ids.unk, 0);
  EXPECT_EQ(vocabulary->types[1], TokenType::kControl);
  EXPECT_EQ(vocabulary->add_bos, std::nullopt);
  auto merged = bpe();
  EXPECT_EQ(merged.read()->ids.bos, kNoToken);
}

TEST(VocabularyGguf, WhatTheFileSays) {
  auto keys = spm();
  keys.number("bos_token_id", 3).flag("add_bos_token", false).flag("add_space_prefix", false);
  keys.number("seperator_token_id", 0xFFFFFFFF).number("fim_pre_token_id", 3);
  const auto vocabulary = keys.read();
  ASSERT_TRUE(vocabulary) << vocabulary.error().message;
  EXPECT_EQ(vocabulary->ids.bos, 3);
  EXPECT_EQ(vocabulary->ids.sep, kNoToken);
  EXPECT_EQ(vocabulary->ids.fim_prefix, 3);
  EXPECT_EQ(vocabulary->add_bos, false);
  EXPECT_EQ(vocabulary->add_space_prefix, false);
}

TEST(VocabularyGguf, BadFilesAreErrors) {
  const auto code = [](Keys keys) {
    const auto vocabulary = keys.read();
    return vocabulary ? Code::kInternal : vocabulary.error().code;
  };
  EXPECT_EQ(code(Keys("none")), Code::kNotFound);
  EXPECT_EQ(code(Keys("llama")), Code::kNotFound);
  EXPECT_EQ(code(Keys("plamo2").tokens({"a"})), Code::kUnsupported);
  EXPECT_EQ(code(Keys("gpt2").tokens({"a"})), Code::kDataCorrupt);
  EXPECT_EQ(code(Keys("llama").tokens({})), Code::kDataCorrupt);
  EXPECT_EQ(code(spm().types({1})), Code::kDataCorrupt);
  EXPECT_EQ(code(spm()
                     .text("tokenizer.ggml.tokens", "x")
                     .set("tokens",
                          [](RawFile& f) {
                            f.array("tokenizer.ggml.other", ValueType::kInt32,
                                    std::vector<int32_t>{1});
                          })),
            Code::kDataCorrupt);
  EXPECT_EQ(code(bpe().set("merges",
                           [](RawFile& f) {
                             f.array("tokenizer.ggml.merges", ValueType::kInt32,
                                     std::vector<int32_t>{1});
                           })),
            Code::kDataCorrupt);
  EXPECT_EQ(code(spm().set(
                "scores",
                [](RawFile& f) { f.string_array("tokenizer.ggml.scores", {"1", "2", "3", "4"}); })),
            Code::kDataCorrupt);
}

TEST(VocabularyGguf, UnknownTypesAreUndefined) {
  auto keys = spm();
  keys.types({99, -1, 3, 1});
  const auto vocabulary = keys.read();
  ASSERT_TRUE(vocabulary);
  EXPECT_EQ(vocabulary->types[0], TokenType::kUndefined);
  EXPECT_EQ(vocabulary->types[1], TokenType::kUndefined);
}

TEST(VocabularyGguf, Gemma4UnderEitherName) {
  Keys keys("gemma4");
  keys.tokens({"a", "b", "ab"}).merges({"a b"});
  EXPECT_EQ(keys.read()->pre, "gemma4");
  EXPECT_EQ(keys.read()->add_bos, true);
  Keys published("llama");
  published.tokens({"a", "b", "ab"}).merges({"a b"}).text("general.architecture", "gemma4");
  EXPECT_EQ(published.read()->algorithm, Algorithm::kBpe);
  EXPECT_EQ(published.read()->pre, "gemma4");
}

TEST(VocabularyGguf, KimiWithoutMerges) {
  Keys keys("gpt2");
  keys.tokens({"a", "b", "ab"}).text("tokenizer.ggml.pre", "kimi-k2");
  EXPECT_TRUE(keys.read()->merges_by_id);
}

TEST(VocabularyGguf, CharsmapAsBytesOrBase64) {
  Keys keys("t5");
  keys.tokens({"<pad>", "</s>", "<unk>"});
  keys.set("charsmap", [](RawFile& f) {
    f.array("tokenizer.ggml.precompiled_charsmap", ValueType::kUint8,
            std::vector<uint8_t>{'a', 'b', 'c', 'd'});
  });
  EXPECT_EQ(keys.read()->charsmap.size(), 4U);
  keys.set("charsmap",
           [](RawFile& f) { f.string_key("tokenizer.ggml.precompiled_charsmap", "YWJjZA=="); });
  const auto decoded = keys.read();
  ASSERT_EQ(decoded->charsmap.size(), 4U);
  EXPECT_EQ(decoded->charsmap[3], std::byte{'d'});
  keys.set("charsmap",
           [](RawFile& f) { f.string_key("tokenizer.ggml.precompiled_charsmap", "Y?"); });
  EXPECT_EQ(keys.read().error().code, Code::kDataCorrupt);
}

TEST(VocabularyGguf, Phi3SwallowsSpaceAfterItsTokens) {
  Keys keys("llama");
  keys.tokens({"<unk>", "<s>", "</s>", "<|user|>", "a"}).types({2, 3, 3, 3, 1});
  keys.text("general.name", "Phi-3 mini");
  EXPECT_EQ(keys.read()->strip_after, (std::vector<TokenId>{2, 3}));
}

}  // namespace
}  // namespace lar::tokenizer::test

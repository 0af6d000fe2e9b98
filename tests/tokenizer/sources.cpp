#include "tokenizer/sources.h"

#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/utf8.h"
#include "gguf/reader.h"
#include "support/data.h"

namespace lar::tokenizer::test {

using nlohmann::json;

struct VocabularyBuilder::Storage {
  std::deque<std::string> texts;
};

VocabularyBuilder::VocabularyBuilder(Algorithm algorithm) : storage_(std::make_shared<Storage>()) {
  vocabulary_.algorithm = algorithm;
  vocabulary_.storage = storage_;
}
VocabularyBuilder::~VocabularyBuilder() = default;

std::string_view VocabularyBuilder::keep(std::string text) {
  return storage_->texts.emplace_back(std::move(text));
}

VocabularyBuilder& VocabularyBuilder::pre(std::string name) {
  vocabulary_.pre = std::move(name);
  return *this;
}

TokenId VocabularyBuilder::add(std::string text, TokenType type, float score) {
  const auto id = static_cast<TokenId>(vocabulary_.tokens.size());
  set(id, std::move(text), type, score);
  return id;
}

void VocabularyBuilder::set(TokenId id, std::string text, TokenType type, float score) {
  const auto i = static_cast<size_t>(id);
  if (i >= vocabulary_.tokens.size()) {
    vocabulary_.tokens.resize(i + 1);
    vocabulary_.types.resize(i + 1, TokenType::kUnused);
    vocabulary_.scores.resize(i + 1);
  }
  vocabulary_.tokens[i] = keep(std::move(text));
  vocabulary_.types[i] = type;
  vocabulary_.scores[i] = score;
}

VocabularyBuilder& VocabularyBuilder::merge(std::string left_and_right) {
  vocabulary_.merges.push_back(keep(std::move(left_and_right)));
  return *this;
}

VocabularyBuilder& VocabularyBuilder::add_byte_chars() {
  for (int byte = 0; byte < 256; ++byte) add(byte_char(static_cast<unsigned char>(byte)));
  return *this;
}

VocabularyBuilder& VocabularyBuilder::add_byte_tokens() {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (size_t byte = 0; byte < 256; ++byte) {
    add(std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">", TokenType::kByte);
  }
  return *this;
}

void VocabularyBuilder::set_charsmap(std::string bytes) {
  vocabulary_.charsmap = std::as_bytes(std::span(keep(std::move(bytes))));
}

Vocabulary& VocabularyBuilder::vocabulary() {
  return vocabulary_;
}
Vocabulary VocabularyBuilder::build() {
  return vocabulary_;
}

std::string byte_char(unsigned char byte) {
  const auto printable = [](int b) {
    return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  };
  char32_t c = byte;
  if (!printable(byte)) {
    c = 256;
    for (int b = 0; b < byte; ++b) c += printable(b) ? 0U : 1U;
  }
  std::string out;
  utf8_append(out, c);
  return out;
}

std::string spell_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += byte_char(static_cast<unsigned char>(c));
  return out;
}

Loaded from_vocabulary(Vocabulary vocabulary) {
  auto tokenizer = Tokenizer::create(std::move(vocabulary));
  if (!tokenizer) {
    ADD_FAILURE() << tokenizer.error().message;
    return {};
  }
  return {.file = nullptr, .tokenizer = std::move(*tokenizer)};
}

Loaded from_gguf(const std::filesystem::path& path) {
  auto file = gguf::File::open(path.string());
  if (!file) {
    ADD_FAILURE() << file.error().message;
    return {};
  }
  auto tokenizer = Tokenizer::create(**file);
  if (!tokenizer) {
    ADD_FAILURE() << path << ": " << tokenizer.error().message;
    return {};
  }
  return {.file = *file, .tokenizer = std::move(*tokenizer)};
}

namespace {

std::string find_charsmap(const json& normalizer) {
  if (!normalizer.is_object()) return {};
  if (normalizer.value("type", "") == "Precompiled") {
    return normalizer["precompiled_charsmap"].get<std::string>();
  }
  for (const json& part : normalizer.value("normalizers", json::array())) {
    if (const std::string found = find_charsmap(part); !found.empty()) return found;
  }
  return {};
}

void fill_word_piece(const json& model, VocabularyBuilder& builder) {
  for (const auto& [text, id] : model["vocab"].items()) {
    const bool special = text.starts_with('[') && text.ends_with(']');
    const std::string spelled = special                  ? text
                                : text.starts_with("##") ? text.substr(2)
                                                         : "\xE2\x96\x81" + text;
    builder.set(id.get<TokenId>(), spelled);
  }
  builder.vocabulary().ids = {.bos = 101, .unk = 100, .sep = 102, .pad = 0, .mask = 103};
}

void fill_unigram(const json& tokenizer, VocabularyBuilder& builder) {
  for (const json& entry : tokenizer["model"]["vocab"]) {
    builder.add(entry[0].get<std::string>(), TokenType::kNormal, entry[1].get<float>());
  }
  Vocabulary& vocabulary = builder.vocabulary();
  vocabulary.ids = {.eos = 1, .unk = 2, .pad = 0};
  vocabulary.add_space_prefix = true;
  vocabulary.remove_extra_spaces = true;
  builder.set_charsmap(decode_base64(find_charsmap(tokenizer["normalizer"])));
}

}  // namespace

Loaded from_hugging_face(const std::filesystem::path& path, const std::string& pre) {
  const json tokenizer = json::parse(lar::test::read_file(path));
  const json& model = tokenizer["model"];
  const std::string kind = model.contains("type")     ? model["type"].get<std::string>()
                           : model.contains("merges") ? "BPE"
                                                      : "Unigram";
  VocabularyBuilder builder(kind == "BPE"         ? Algorithm::kBpe
                            : kind == "WordPiece" ? Algorithm::kWordPiece
                                                  : Algorithm::kUnigram);
  builder.pre(pre);
  if (kind == "BPE") {
    for (const auto& [text, id] : model["vocab"].items()) builder.set(id.get<TokenId>(), text);
    for (const json& merge : model["merges"]) {
      builder.merge(merge.is_string()
                        ? merge.get<std::string>()
                        : merge[0].get<std::string>() + " " + merge[1].get<std::string>());
    }
  } else if (kind == "WordPiece") {
    fill_word_piece(model, builder);
  } else {
    fill_unigram(tokenizer, builder);
  }
  for (const json& added : tokenizer["added_tokens"]) {
    builder.set(added["id"].get<TokenId>(), added["content"].get<std::string>(),
                added["special"].get<bool>() ? TokenType::kControl : TokenType::kUserDefined);
  }
  return from_vocabulary(builder.build());
}

Loaded from_tiktoken(const std::filesystem::path& path, const std::string& pre) {
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre(pre);
  std::istringstream lines(lar::test::read_file(path));
  std::string token;
  TokenId rank = 0;
  while (lines >> token >> rank) builder.set(rank, spell_bytes(decode_base64(token)));
  builder.vocabulary().merges_by_id = true;
  return from_vocabulary(builder.build());
}

std::vector<TokenId> encode(const Loaded& loaded,
                            std::string_view text,
                            const EncodeOptions& options) {
  auto ids = loaded->encode(text, options);
  if (ids) return std::move(*ids);
  ADD_FAILURE() << ids.error().message;
  return {};
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return out;
}

}  // namespace lar::tokenizer::test

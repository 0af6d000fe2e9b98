// Tokenizers made from the files that model publishers ship, for comparing with vectors.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace lar::tokenizer::test {

// Both keep what the tokenizer borrows.
struct Loaded {
  std::shared_ptr<const void> file;
  std::unique_ptr<Tokenizer> tokenizer;
  const Tokenizer* operator->() const { return tokenizer.get(); }
};

// All of these record a test failure and give a null tokenizer where loading fails.

Loaded from_gguf(const std::filesystem::path& path);

// A tokenizer.json with a BPE, WordPiece or Unigram model, brought into the form that a GGUF
// converter gives it. `pre` names the pre-tokenizer of a BPE model.
Loaded from_hugging_face(const std::filesystem::path& path, const std::string& pre);

// A .tiktoken file (base64 token, rank), its merges by rank.
Loaded from_tiktoken(const std::filesystem::path& path, const std::string& pre);

Loaded from_vocabulary(Vocabulary vocabulary);

// A vocabulary whose token texts it owns.
class VocabularyBuilder {
 public:
  explicit VocabularyBuilder(Algorithm algorithm);
  ~VocabularyBuilder();

  VocabularyBuilder& pre(std::string name);
  // Returns the id. Gaps before `id` (where given) become unused tokens.
  TokenId add(std::string text, TokenType type = TokenType::kNormal, float score = 0.0F);
  void set(TokenId id, std::string text, TokenType type = TokenType::kNormal, float score = 0.0F);
  VocabularyBuilder& merge(std::string left_and_right);
  // The 256 bytes as GPT-2 spells them.
  VocabularyBuilder& add_byte_chars();
  // <0x00> to <0xFF>
  VocabularyBuilder& add_byte_tokens();
  void set_charsmap(std::string bytes);

  Vocabulary& vocabulary();
  Vocabulary build();

 private:
  struct Storage;
  std::string_view keep(std::string text);

  std::shared_ptr<Storage> storage_;
  Vocabulary vocabulary_;
};

// GPT-2's character for a byte, and a byte string spelled that way.
std::string byte_char(unsigned char byte);
std::string spell_bytes(std::string_view bytes);

std::vector<TokenId> encode(const Loaded& loaded,
                            std::string_view text,
                            const EncodeOptions& options = {.add_special = false});

std::string decode_base64(std::string_view text);

}  // namespace lar::tokenizer::test

// BERT's WordPiece: text is cleaned, lowercased and cut into words, and each word is covered by
// the longest tokens from left to right. Tokens that begin a word begin with a space here.
#pragma once

#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer/trie.h"

namespace lar::tokenizer {

class WordPieceEncoder : public TextEncoder {
 public:
  // Borrows `pieces`.
  WordPieceEncoder(const Vocabulary& vocabulary, const TokenPieces& pieces);

  void encode(std::string_view text, Position position, std::vector<TokenId>& out) const override;

 private:
  void append_word(std::string_view word, std::vector<TokenId>& out) const;

  Trie tokens_;
  TokenId unk_;
  bool lowercase_;
  bool strip_accents_;
};

}  // namespace lar::tokenizer

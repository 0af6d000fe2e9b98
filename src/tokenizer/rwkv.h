// RWKV's tokenizer: at each place the longest token.
#pragma once

#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer/trie.h"

namespace lar::tokenizer {

class RwkvEncoder : public TextEncoder {
 public:
  // Borrows `pieces`.
  RwkvEncoder(const Vocabulary& vocabulary, const TokenPieces& pieces);

  void encode(std::string_view text, Position position, std::vector<TokenId>& out) const override;

 private:
  Trie tokens_;
  TokenId unk_;
};

}  // namespace lar::tokenizer

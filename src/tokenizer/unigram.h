// SentencePiece's unigram model (T5, XLM-R): of all ways to cut the text into tokens, the one whose
// scores sum highest.
#pragma once

#include <string>

#include "tokenizer/charsmap.h"
#include "tokenizer/spm.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer/trie.h"

namespace lar::tokenizer {

class UnigramEncoder : public TextEncoder {
 public:
  // Borrows `pieces` and the vocabulary's charsmap.
  static Result<std::unique_ptr<UnigramEncoder>> create(const Vocabulary& vocabulary,
                                                        const TokenPieces& pieces);

  void encode(std::string_view text, Position position, std::vector<TokenId>& out) const override;

 private:
  struct Step;

  UnigramEncoder(const Vocabulary& vocabulary, const TokenPieces& pieces, Charsmap charsmap);

  std::string normalize(std::string_view text) const;
  void append_part(std::string_view part,
                   std::vector<Step>& steps,
                   std::vector<TokenId>& out) const;

  Charsmap charsmap_;
  SpaceJoints joints_;
  Trie tokens_;
  Trie user_defined_;
  std::vector<float> scores_;
  double unknown_score_;
  TokenId unk_;
  bool add_space_prefix_;
  bool remove_extra_spaces_;
};

}  // namespace lar::tokenizer

// SentencePiece's byte-pair model (Llama 2, Mistral, Gemma): no merge list, the score of what two
// neighbours would become decides.
#pragma once

#include <array>
#include <vector>

#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer/word_merger.h"

namespace lar::tokenizer {

// Characters after which a space may stand inside a token. Text may be cut before any other
// space: no token goes across, so the parts can be encoded one by one.
class SpaceJoints {
 public:
  SpaceJoints(const Vocabulary& vocabulary, const TokenPieces& pieces);

  // Where the part of `text` that begins at `begin` ends.
  size_t part_end(std::string_view text, size_t begin) const;

 private:
  std::array<bool, 256> last_byte_{};  // of those characters
};

class SpmEncoder : public TextEncoder {
 public:
  // Borrows `pieces` and `table`.
  SpmEncoder(const Vocabulary& vocabulary, const TokenPieces& pieces, const TokenTable& table);

  void encode(std::string_view text, Position position, std::vector<TokenId>& out) const override;

 private:
  void encode_part(std::string_view part, WordMerger& merger, std::vector<TokenId>& out) const;
  void append_bytes(std::string_view bytes, std::vector<TokenId>& out) const;

  const TokenTable& table_;
  SpaceJoints joints_;
  std::vector<uint32_t> ranks_;  // of a token: the higher the score, the lower the rank
  std::array<TokenId, 256> byte_tokens_;
  TokenId unk_;
  bool add_space_prefix_;
};

}  // namespace lar::tokenizer

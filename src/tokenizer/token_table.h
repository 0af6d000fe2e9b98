// What each token stands for, byte for byte, and the way back from bytes to the token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

// How a vocabulary writes text in its tokens.
enum class Spelling : uint8_t {
  kPlain,
  kByteChars,  // one printable character a byte, as GPT-2 does
  kUnderline,  // U+2581 for a space
  kEscapes,    // \n, \t, \xHH and so on (RWKV)
};

// The bytes of every token. Immutable.
class TokenPieces {
 public:
  TokenPieces(const Vocabulary& vocabulary, Spelling spelling);

  size_t size() const { return ends_.size(); }
  std::string_view operator[](TokenId id) const {
    const auto i = static_cast<size_t>(id);
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
};

// Appends what `text` stands for. A token that is not well spelled stands for itself.
void append_unspelled(std::string& out, std::string_view text, Spelling spelling);

// The byte that "<0xHH>" names, or -1.
int byte_token_value(std::string_view text);

// From bytes to the token that ordinary text may become: never a control, unknown or byte token.
// Of two tokens for the same bytes the first is found, user-defined ones last.
class TokenTable {
 public:
  // Borrows `pieces`, which must not move.
  TokenTable(const Vocabulary& vocabulary, const TokenPieces& pieces);

  TokenId find(std::string_view bytes) const;  // kNoToken where there is none

 private:
  struct Slot {
    uint32_t tag = 0;
    TokenId id = kNoToken;
  };
  void insert(TokenId id);

  const TokenPieces& pieces_;
  uint64_t seed_;
  uint64_t mask_;
  std::vector<Slot> slots_;
};

TokenType type_of(const Vocabulary& vocabulary, TokenId id);

}  // namespace lar::tokenizer

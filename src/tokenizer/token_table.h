// What each token stands for, byte for byte, and the way back from bytes to the token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/hash.h"
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

  size_t size() const { return begins_.size() - 1; }
  std::string_view operator[](TokenId id) const {
    const auto i = static_cast<size_t>(id);
    return {bytes_.data() + begins_[i], begins_[i + 1] - begins_[i]};
  }

 private:
  std::string bytes_;
  std::vector<uint32_t> begins_;  // one more than tokens
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

  TokenId find(std::string_view bytes) const { return find(bytes, hash(bytes)); }

  // find() in steps, for callers who look up many at once and let the memory answer meanwhile.
  uint64_t hash(std::string_view bytes) const { return hash_bytes(bytes, seed_); }
  void prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  void prefetch_piece(uint64_t hash) const {
    const TokenId id = slots_[hash & mask_].id;
    if (id != kNoToken) __builtin_prefetch(pieces_[id].data());
  }
  TokenId find(std::string_view bytes, uint64_t hash) const;  // kNoToken where there is none

  // Whether find(bytes) would give this id; does not look it up.
  bool is_found(std::string_view bytes, TokenId id) const {
    return id >= 0 && static_cast<size_t>(id) < found_.size() && found_[static_cast<size_t>(id)] &&
           pieces_[id] == bytes;
  }

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
  std::vector<bool> found_;  // by id: its bytes find it
};

TokenType type_of(const Vocabulary& vocabulary, TokenId id);

// The byte that a token which text may become stands for by name ("<0xHH>"), or -1.
int byte_of_token(const Vocabulary& vocabulary, TokenId id);

}  // namespace lar::tokenizer

// Byte-pair encoding with a list of merges (GPT-2 and its children).
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tokenizer/hash.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer/token_table.h"
#include "tokenizer/word_merger.h"

namespace lar::tokenizer {

// (left, right) -> Merge, open addressing.
class MergeTable {
 public:
  explicit MergeTable(size_t merges);

  // The first insertion of a pair counts.
  void insert(TokenId left, TokenId right, Merge merge);
  void prefetch(TokenId left, TokenId right) const {
    __builtin_prefetch(&slots_[hash_pair(key_of(left, right), seed_) & mask_]);
  }
  Merge find(TokenId left, TokenId right) const;

 private:
  static constexpr uint64_t kEmpty = ~0ULL;
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };
  static uint64_t key_of(TokenId left, TokenId right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }

  uint64_t seed_;
  uint64_t mask_;
  std::vector<Slot> slots_;
};

class BpeEncoder : public TextEncoder {
 public:
  // Borrows `pieces` and `table`.
  static Result<std::unique_ptr<BpeEncoder>> create(const Vocabulary& vocabulary,
                                                    const PreTokenizerRow& row,
                                                    const TokenPieces& pieces,
                                                    const TokenTable& table);

  void encode(std::string_view text, Position position, std::vector<TokenId>& out) const override;

 private:
  BpeEncoder(const Vocabulary& vocabulary,
             const PreTokenizerRow& row,
             PreTokenizer pre_tokenizer,
             const TokenPieces& pieces,
             const TokenTable& table);

  void add_merges(const Vocabulary& vocabulary, Spelling spelling);
  TokenId made_up_id(std::string_view bytes);
  void encode_word(std::string_view word, WordMerger& merger, std::vector<TokenId>& out) const;
  void append_symbols(std::string_view word,
                      size_t begin,
                      size_t end,
                      std::vector<Symbol>& symbols) const;
  void append_bytes(std::string_view bytes, std::vector<TokenId>& out) const;

  const PreTokenizerRow& row_;
  PreTokenizer pre_tokenizer_;
  const TokenPieces& pieces_;
  const TokenTable& table_;
  MergeTable merges_;
  bool merges_by_id_;
  TokenId unk_;
  // What a lone byte is: as a symbol to merge (maybe a made-up id), and as a token (or kNoToken).
  std::array<TokenId, 256> byte_symbols_;
  std::array<TokenId, 256> byte_tokens_;
  std::vector<TokenId> replacement_;  // U+FFFD
  // Ids from pieces_.size() on are made up: texts that merges name and no token has.
  std::unordered_map<std::string, TokenId> made_up_;
};

}  // namespace lar::tokenizer

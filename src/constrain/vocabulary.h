// The tokens of a model as constrained output sees them: their bytes, which ones end the output,
// and masks that hold whatever the grammar. Made once a model; immutable but for a cache.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "constrain/token_slices.h"
#include "constrain/token_trie.h"

namespace lar::constrain {

constexpr size_t kMaxTokenBytes = 4096;
constexpr size_t kMaxVocabularyTokens = size_t{4} << 20;

// The tokens that a state allows without leaving its frame, and how others go on after they have
// left it: by their remaining texts or, where those are too many, from these nodes of tries.
struct StateMask {
  struct Exit {
    const TokenTrie* trie = nullptr;  // of the vocabulary
    uint32_t node = 0;
  };
  std::vector<uint64_t> bits;
  TokenTrie suffixes;
  std::vector<Exit> exits;
};

class Vocabulary {
 public:
  // `texts` by id; empty: never produced as text (control tokens). `end_tokens` end the output
  // and are allowed exactly where the grammar is complete. `names`: how tokens without a text are
  // spelled where output is not constrained yet. Error: resource_exhausted.
  static Result<std::shared_ptr<const Vocabulary>> create(
      std::vector<std::string> texts,
      std::vector<TokenId> end_tokens,
      std::unordered_map<TokenId, std::string> names = {});

  size_t size() const { return texts_.size(); }
  size_t mask_words() const { return (texts_.size() + 63) / 64; }
  const std::string& text(TokenId token) const { return texts_[token]; }
  // The text, or the name of a token without one.
  std::string_view spelled(TokenId token) const;
  bool is_end(TokenId token) const;
  std::span<const TokenId> end_tokens() const { return end_tokens_; }
  const TokenTrie& trie() const { return trie_; }
  const TokenSlices& slices() const { return slices_; }

  // Masks shared by all grammars, by the words of their state.
  std::shared_ptr<const StateMask> find_mask(std::span<const uint32_t> key) const;
  void keep_mask(std::span<const uint32_t> key, std::shared_ptr<const StateMask> mask) const;

 private:
  Vocabulary(std::vector<std::string> texts,
             std::vector<TokenId> end_tokens,
             std::unordered_map<TokenId, std::string> names);

  std::vector<std::string> texts_;
  std::unordered_map<TokenId, std::string> names_;
  std::vector<TokenId> end_tokens_;  // sorted
  TokenTrie trie_;
  TokenSlices slices_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<const StateMask>> masks_;
};

}  // namespace lar::constrain

// Tokens sorted by what they are inside a JSON string. Most hold nothing but plain characters, and
// a state that reads any text of such characters allows all of them at once, without a walk over
// the trie.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "constrain/char_set.h"
#include "constrain/token_trie.h"

namespace lar::constrain {

// How many characters of a set a state can read, whichever they are.
struct FreeRun {
  uint32_t chars = 0;  // UINT32_MAX: any number
  bool only = false;   // no longer text of the set can be read
};

// A state that reads the content of a string, whatever it is and however it is escaped.
struct ContentRun {
  uint32_t chars = 0;         // at most; UINT32_MAX: any number; 0: it is no such state
  std::bitset<256> branches;  // first bytes for which all this does not hold
};

class TokenSlices {
 public:
  // Nested sets; a token belongs to the smallest that holds all its characters. One that ends
  // within a character belongs to the last.
  static constexpr size_t kCount = 4;
  static const CharSet& chars(size_t slice);

  // Tokens of at most so many characters are told apart by their number.
  static constexpr uint32_t kMaxCounted = 32;

  TokenSlices() = default;
  explicit TokenSlices(const std::vector<std::string>& texts);

  uint32_t longest(size_t slice) const { return slices_[slice].tokens.longest; }
  // Adds the tokens of a slice with at most `chars` characters to a mask.
  void add_up_to(size_t slice, uint32_t chars, std::span<uint64_t> bits) const;
  // The tokens of a slice with more than `chars` characters, and maybe some more.
  const TokenTrie& longer_than(size_t slice, uint32_t chars) const;

  // Tokens that are in no slice; of these, the ones in which a string ends after whole characters.
  const TokenTrie& others() const { return others_; }
  const TokenTrie& closing() const { return closing_; }

  // Adds the tokens that are content of at most `chars` characters, escapes included. False where
  // there are more than can be told apart.
  bool add_content(uint32_t chars, std::span<uint64_t> bits) const;

 private:
  // Masks of tokens by their number of characters.
  struct Counted {
    uint32_t longest = 0;
    std::vector<uint64_t> all;
    std::vector<std::vector<uint64_t>> up_to;

    void add(TokenId token, uint32_t chars, size_t words);
    void finish(size_t words);
    void add_up_to(uint32_t chars, std::span<uint64_t> bits) const;
  };
  static constexpr std::array<uint32_t, 5> kSteps{0, 4, 8, 16, kMaxCounted};
  struct Slice {
    Counted tokens;
    std::array<TokenTrie, kSteps.size()> longer;  // than a step
  };

  std::array<Slice, kCount> slices_;
  Counted escaped_;  // content with escapes
  TokenTrie others_;
  TokenTrie closing_;
};

}  // namespace lar::constrain

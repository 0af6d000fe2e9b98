// Finds special tokens in text: of those that begin at a place, the longest.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/trie.h"
#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

class SpecialMatcher {
 public:
  explicit SpecialMatcher(const Vocabulary& vocabulary);

  struct Match {
    size_t begin = 0;
    size_t end = 0;  // begin == end: there is none
    TokenId id = kNoToken;
  };

  // The first match at or after `begin`. User-defined tokens are found everywhere; control and
  // unknown tokens only where they lie within one run of bytes whose `parse` is set. `runs` are
  // the ends of runs in rising order, covering the text.
  struct Run {
    size_t end;
    bool parse;
  };
  Match find(std::string_view text, size_t begin, const std::vector<Run>& runs) const;

  // The special token that is spelled like this; kNoToken without one.
  TokenId find_exact(std::string_view text) const;

 private:
  Trie tokens_;
  std::vector<bool> user_defined_;  // by id
};

}  // namespace lar::tokenizer

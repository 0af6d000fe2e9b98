// Remembers, within one call of encode, which tokens a word became, so that a text pays for each
// of its common words once. Holds no copies: words are places in the text, tokens places in the
// output. Bounded: a fixed table where a new word replaces an old one.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/hash.h"
#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

class WordCache {
 public:
  // Short texts do not repeat enough to pay for the table.
  explicit WordCache(size_t text_bytes) {
    if (text_bytes >= kMinTextBytes) entries_.resize(kEntries);
  }

  // Appends the tokens that `word` became before. False where it is not remembered; the word's
  // tokens, appended from now on, are remembered by put().
  bool get(std::string_view word, std::vector<TokenId>& out) {
    if (entries_.empty() || word.size() > kMaxWordBytes) return false;
    current_ = &entries_[hash_bytes(word, 0) % kEntries];
    if (current_->word != word) {
      begin_ = out.size();
      return false;
    }
    for (uint32_t i = 0; i < current_->count; ++i) out.push_back(out[current_->begin + i]);
    return true;
  }

  // After a get() of the same word that returned false.
  void put(std::string_view word, const std::vector<TokenId>& out) {
    if (entries_.empty() || word.size() > kMaxWordBytes) return;
    *current_ = {
        .word = word, .begin = begin_, .count = static_cast<uint32_t>(out.size() - begin_)};
  }

 private:
  static constexpr size_t kMinTextBytes = 2048;
  static constexpr size_t kEntries = 8192;
  static constexpr size_t kMaxWordBytes = 64;

  struct Entry {
    std::string_view word;
    size_t begin = 0;
    uint32_t count = 0;
  };
  std::vector<Entry> entries_;
  Entry* current_ = nullptr;
  size_t begin_ = 0;
};

}  // namespace lar::tokenizer

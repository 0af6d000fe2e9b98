// Byte-pair merging of one word: neighbours are joined, the pair of the lowest rank first, of equal
// ranks the leftmost, until no pair has a rank. Short words are scanned; long ones keep a queue, so
// that time is about linear whatever the word.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "tokenizer/merge_queue.h"
#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

// A part of the word, [begin, end) in bytes, and what it is.
struct Symbol {
  uint32_t begin = 0;
  uint32_t end = 0;
  TokenId id = kNoToken;
};

inline constexpr uint32_t kNoRank = std::numeric_limits<uint32_t>::max();

struct Merge {
  uint32_t rank = kNoRank;  // kNoRank: the two do not merge
  TokenId id = kNoToken;    // what they become
};

class WordMerger {
 public:
  // Merges `symbols` in place. `merge_of(left, right)` gives the Merge of two neighbours.
  template <class MergeOf>
  void merge(std::vector<Symbol>& symbols, const MergeOf& merge_of) {
    if (symbols.size() < 2) return;
    if (symbols.size() <= kShortWord) {
      merge_short(symbols, merge_of);
    } else {
      merge_long(symbols, merge_of);
    }
  }

 private:
  static constexpr size_t kShortWord = 40;
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  template <class MergeOf>
  void merge_short(std::vector<Symbol>& symbols, const MergeOf& merge_of) {
    Merge pairs[kShortWord];  // pairs[i]: symbols i and i + 1
    size_t count = symbols.size();
    for (size_t i = 0; i + 1 < count; ++i) pairs[i] = merge_of(symbols[i], symbols[i + 1]);
    while (count > 1) {
      size_t best = 0;
      for (size_t i = 1; i + 1 < count; ++i) {
        if (pairs[i].rank < pairs[best].rank) best = i;
      }
      if (pairs[best].rank == kNoRank) break;
      symbols[best].end = symbols[best + 1].end;
      symbols[best].id = pairs[best].id;
      for (size_t i = best + 1; i + 1 < count; ++i) {
        symbols[i] = symbols[i + 1];
        pairs[i] = pairs[i + 1];
      }
      --count;
      if (best + 1 < count) pairs[best] = merge_of(symbols[best], symbols[best + 1]);
      if (best > 0) pairs[best - 1] = merge_of(symbols[best - 1], symbols[best]);
    }
    symbols.resize(count);
  }

  template <class MergeOf>
  void merge_long(std::vector<Symbol>& symbols, const MergeOf& merge_of) {
    const auto count = static_cast<uint32_t>(symbols.size());
    previous_.resize(count);
    next_.resize(count);
    MergeQueue queue;
    const auto push = [&](uint32_t left) {
      const uint32_t rank = merge_of(symbols[left], symbols[next_[left]]).rank;
      if (rank != kNoRank) queue.push(static_cast<uint64_t>(rank) << 32 | left);
    };
    for (uint32_t i = 0; i < count; ++i) {
      previous_[i] = i == 0 ? kNone : i - 1;
      next_[i] = i + 1 == count ? kNone : i + 1;
    }
    for (uint32_t i = 0; i + 1 < count; ++i) push(i);

    uint64_t key = 0;
    while (queue.pop(key)) {
      const auto left = static_cast<uint32_t>(key);
      const uint32_t right = next_[left];
      // A pair is stale where one of the two has been merged since; a symbol that was merged into
      // its neighbour is empty.
      if (symbols[left].begin == symbols[left].end || right == kNone) continue;
      const Merge merge = merge_of(symbols[left], symbols[right]);
      if (merge.rank != static_cast<uint32_t>(key >> 32)) continue;
      symbols[left].end = symbols[right].end;
      symbols[left].id = merge.id;
      symbols[right].begin = symbols[right].end;
      next_[left] = next_[right];
      if (next_[left] != kNone) {
        previous_[next_[left]] = left;
        push(left);
      }
      if (previous_[left] != kNone) push(previous_[left]);
    }
    std::erase_if(symbols, [](const Symbol& symbol) { return symbol.begin == symbol.end; });
  }

  std::vector<uint32_t> previous_;
  std::vector<uint32_t> next_;
};

}  // namespace lar::tokenizer

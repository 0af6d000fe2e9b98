// Byte-pair merging of one word: neighbours are joined, the pair of the lowest rank first, of equal
// ranks the leftmost, until no pair has a rank. Short words are scanned, longer ones keep a queue,
// and words beyond kChunkBytes go through a window: time is linear and memory bounded for any word.
#pragma once

#include <algorithm>
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
  // Calls emit(symbol) for the parts that a word of `bytes` bytes merges to, in order.
  // append_symbols(begin, end, symbols) appends the characters that begin in [begin, end);
  // merge_of(left, right) gives the Merge of two neighbours.
  //
  // A long word is merged a window at a time. What a merge does depends on its surroundings, so
  // the end of a window is not final: it is merged again as the beginning of the next one.
  template <class AppendSymbols, class MergeOf, class Emit>
  void run(size_t bytes,
           const AppendSymbols& append_symbols,
           const MergeOf& merge_of,
           const Emit& emit) {
    size_t window = kChunkBytes;
    for (size_t begin = 0; begin < bytes;) {
      symbols_.clear();
      const size_t end = std::min(bytes, begin + window);
      append_symbols(begin, end, symbols_);
      merge(merge_of);
      size_t final = symbols_.size();
      if (end < bytes) final -= std::min(kHeldBack, symbols_.size() / 4 + 1);
      if (final == 0) {
        window *= 2;
        continue;
      }
      for (size_t i = 0; i < final; ++i) emit(symbols_[i]);
      begin = symbols_[final - 1].end;
    }
  }

 private:
  static constexpr size_t kShortWord = 40;  // symbols
  static constexpr size_t kChunkBytes = 32768;
  static constexpr size_t kHeldBack = 2048;  // symbols
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  template <class MergeOf>
  void merge(const MergeOf& merge_of) {
    if (symbols_.size() <= kShortWord) {
      merge_short(merge_of);
    } else {
      merge_long(merge_of);
    }
  }

  template <class MergeOf>
  void merge_short(const MergeOf& merge_of) {
    Merge pairs[kShortWord];  // pairs[i]: symbols i and i + 1
    std::vector<Symbol>& symbols = symbols_;
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
  void merge_long(const MergeOf& merge_of) {
    std::vector<Symbol>& symbols = symbols_;
    const auto count = static_cast<uint32_t>(symbols.size());
    links_.resize(count);
    // Sets what `left` and its right neighbour become; keys of older answers are stale from now on.
    const auto renew = [&](uint32_t left) {
      Link& link = links_[left];
      link.merge = link.next == kNone ? Merge{} : merge_of(symbols[left], symbols[link.next]);
      if (link.merge.rank == kNoRank) return;
      queue_.push(static_cast<uint64_t>(link.merge.rank) << 32 | left);
    };
    for (uint32_t i = 0; i < count; ++i) {
      links_[i].previous = i == 0 ? kNone : i - 1;
      links_[i].next = i + 1 == count ? kNone : i + 1;
    }
    for (uint32_t i = 0; i < count; ++i) renew(i);

    uint64_t key = 0;
    while (queue_.pop(key)) {
      const auto left = static_cast<uint32_t>(key);
      Link& link = links_[left];
      if (link.merge.rank != static_cast<uint32_t>(key >> 32)) continue;
      const uint32_t right = link.next;
      symbols[left].end = symbols[right].end;
      symbols[left].id = link.merge.id;
      symbols[right].begin = symbols[right].end;  // empty: no longer a symbol
      links_[right].merge = {};
      link.next = links_[right].next;
      if (link.next != kNone) links_[link.next].previous = left;
      renew(left);
      if (link.previous != kNone) renew(link.previous);
    }
    std::erase_if(symbols, [](const Symbol& symbol) { return symbol.begin == symbol.end; });
  }

  // Of a symbol: its neighbours, and what it and the next one become.
  struct Link {
    uint32_t previous;
    uint32_t next;
    Merge merge;
  };

  std::vector<Symbol> symbols_;
  std::vector<Link> links_;
  MergeQueue queue_;
};

}  // namespace lar::tokenizer

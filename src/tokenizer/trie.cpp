#include "tokenizer/trie.h"

#include <algorithm>

namespace lar::tokenizer {

Trie::Trie(std::vector<Key> keys) {
  std::erase_if(keys, [](const Key& key) { return key.text.size() > Limits::kMaxMatchBytes; });
  std::ranges::sort(keys, [](const Key& a, const Key& b) {
    return a.text == b.text ? a.id < b.id : a.text < b.text;
  });

  // A node to be: its keys share the first `depth` bytes.
  struct Range {
    size_t begin;
    size_t end;
    size_t depth;
  };
  std::vector<Range> ranges = {{0, keys.size(), 0}};
  nodes_.push_back({});
  for (size_t node = 0; node < ranges.size(); ++node) {
    Range range = ranges[node];
    nodes_[node].children = static_cast<uint32_t>(nodes_.size());
    while (range.begin < range.end && keys[range.begin].text.size() == range.depth) {
      if (nodes_[node].id == kNoToken && range.depth > 0) nodes_[node].id = keys[range.begin].id;
      ++range.begin;
    }
    while (range.begin < range.end) {
      const char label = keys[range.begin].text[range.depth];
      size_t end = range.begin;
      while (end < range.end && keys[end].text[range.depth] == label) ++end;
      nodes_.push_back({.label = static_cast<unsigned char>(label)});
      ranges.push_back({range.begin, end, range.depth + 1});
      range.begin = end;
    }
  }
  nodes_.push_back({.children = static_cast<uint32_t>(nodes_.size())});

  root_.fill(kNone);
  for (uint32_t i = nodes_[kRoot].children; i < nodes_[kRoot + 1].children; ++i) {
    root_[nodes_[i].label] = i;
  }
}

}  // namespace lar::tokenizer

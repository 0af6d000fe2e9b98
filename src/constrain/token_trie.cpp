#include "constrain/token_trie.h"

#include <algorithm>

namespace lar::constrain {

TokenTrie::TokenTrie(std::vector<std::pair<std::string_view, TokenId>> texts) {
  std::ranges::sort(texts);
  *this = of_sorted(texts);
}

TokenTrie TokenTrie::of_sorted(std::span<const std::pair<std::string_view, TokenId>> texts) {
  TokenTrie trie;
  std::vector<Node>& nodes = trie.nodes_;
  std::vector<uint32_t> open;  // the nodes of the text before, by depth
  std::string_view before;
  for (const auto& [text, token] : texts) {
    if (text.empty()) continue;
    const auto [end, ignored] = std::ranges::mismatch(before, text);
    const auto common = static_cast<size_t>(end - before.begin());
    while (open.size() > common) {
      nodes[open.back()].skip = static_cast<uint32_t>(nodes.size());
      open.pop_back();
    }
    for (size_t i = common; i < text.size(); ++i) {
      open.push_back(static_cast<uint32_t>(nodes.size()));
      nodes.push_back({.first_token = static_cast<uint32_t>(trie.tokens_.size()),
                       .depth = static_cast<uint16_t>(i + 1),
                       .byte = static_cast<uint8_t>(text[i])});
    }
    trie.tokens_.push_back(token);
    trie.depth_ = std::max(trie.depth_, text.size());
    before = text;
  }
  for (const uint32_t node : open) nodes[node].skip = static_cast<uint32_t>(nodes.size());
  return trie;
}

}  // namespace lar::constrain

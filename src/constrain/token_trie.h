// Texts of tokens as a trie in depth-first order: a walk skips a subtree by one jump.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lar::constrain {

using TokenId = uint32_t;

class TokenTrie {
 public:
  struct Node {
    uint32_t skip = 0;         // index after the subtree
    uint32_t first_token = 0;  // into tokens(); up to the next node's
    uint16_t depth = 0;        // bytes from the root, at least 1
    uint8_t byte = 0;
  };

  TokenTrie() = default;
  // Texts may repeat; empty ones are left out. Only as many bytes as a depth can count are kept
  // apart, so texts must be shorter than 65,536 bytes.
  explicit TokenTrie(std::vector<std::pair<std::string_view, TokenId>> texts);
  static TokenTrie of_sorted(std::span<const std::pair<std::string_view, TokenId>> texts);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<TokenId>& tokens() const { return tokens_; }
  uint32_t tokens_end(uint32_t node) const {
    return node + 1 < nodes_.size() ? nodes_[node + 1].first_token
                                    : static_cast<uint32_t>(tokens_.size());
  }
  size_t depth() const { return depth_; }

 private:
  std::vector<Node> nodes_;
  std::vector<TokenId> tokens_;
  size_t depth_ = 0;
};

}  // namespace lar::constrain

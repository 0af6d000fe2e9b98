// A static prefix tree over byte strings, built once from the pieces of a vocabulary.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

class Trie {
 public:
  struct Key {
    std::string_view text;
    TokenId id;
  };
  using Node = uint32_t;
  static constexpr Node kRoot = 0;
  static constexpr Node kNone = 0xFFFFFFFF;

  // Of equal texts the one with the smallest id counts; empty ones and those beyond kMaxMatchBytes
  // are left out.
  explicit Trie(std::vector<Key> keys);

  // kNone where no text goes on with `byte`.
  Node child(Node node, unsigned char byte) const {
    if (node == kRoot) return root_[byte];
    const uint32_t end = nodes_[node + 1].children;
    for (uint32_t i = nodes_[node].children; i < end; ++i) {
      if (nodes_[i].label >= byte) return nodes_[i].label == byte ? i : kNone;
    }
    return kNone;
  }
  // The token that ends here, or kNoToken.
  TokenId id(Node node) const { return nodes_[node].id; }

 private:
  // Breadth first: a node's children stand together, in order of their labels, and end where the
  // next node's begin.
  struct NodeData {
    uint32_t children = 0;
    TokenId id = kNoToken;
    unsigned char label = 0;
  };
  std::vector<NodeData> nodes_;
  std::array<Node, 256> root_{};
};

}  // namespace lar::tokenizer

// Which full KV blocks are known, as a tree over their token ids: a node is one block, and the path
// from the root spells the tokens before it. It knows nothing of who holds blocks (KvCache does).
//
// A node is named by its block, since no block is two nodes. Unused nodes (those that no sequence
// holds) stand in a list by the time of their last use. A sequence holds all the ancestors of a
// node it holds and lets go of descendants first, so an unused node's descendants are unused and
// older: the oldest unused node is always a leaf, and every unused node can be evicted in its turn.
// All storage is sized at construction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/block_pool.h"

namespace lar::engine {

class PrefixTree {
 public:
  PrefixTree(uint32_t blocks, uint32_t block_tokens);

  // The child of `parent` (kNoBlock: the root) that holds exactly these tokens, or kNoBlock.
  BlockId find(BlockId parent, std::span<const int32_t> tokens) const;

  // The child whose tokens share the longest start with `tokens`.
  struct Partial {
    BlockId block = kNoBlock;
    uint32_t tokens = 0;
  };
  Partial find_partial(BlockId parent, std::span<const int32_t> tokens) const;

  // Makes `block` a child of `parent`, in use. No child with the same tokens may exist.
  void insert(BlockId parent, BlockId block, std::span<const int32_t> tokens);

  // Moves a node between "in use" and "unused since now".
  void set_used(BlockId block);
  void set_unused(BlockId block);

  // The oldest unused node (a leaf), or kNoBlock.
  BlockId oldest_unused() const { return oldest_; }

  // Takes out an unused leaf.
  void remove(BlockId block);

  bool contains(BlockId block) const { return node(block).present; }
  bool unused(BlockId block) const { return node(block).unused; }
  bool leaf(BlockId block) const { return node(block).first_child == kNoBlock; }
  BlockId parent(BlockId block) const { return node(block).parent; }
  uint32_t unused_count() const { return unused_count_; }
  uint32_t size() const { return size_; }
  std::span<const int32_t> tokens(BlockId block) const;

 private:
  struct Node {
    bool present = false;
    bool unused = false;
    uint64_t hash = 0;
    BlockId parent = kNoBlock;
    BlockId next_in_bucket = kNoBlock;
    BlockId first_child = kNoBlock;
    BlockId previous_sibling = kNoBlock;
    BlockId next_sibling = kNoBlock;
    BlockId older = kNoBlock;
    BlockId newer = kNoBlock;
  };

  Node& node(BlockId block) { return nodes_[static_cast<size_t>(block)]; }
  const Node& node(BlockId block) const { return nodes_[static_cast<size_t>(block)]; }
  BlockId& first_child_of(BlockId parent);
  BlockId first_child_of(BlockId parent) const;
  BlockId& bucket(uint64_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }
  void unlink_from_unused(BlockId block);

  uint32_t block_tokens_;
  std::vector<Node> nodes_;       // by block id
  std::vector<int32_t> tokens_;   // [blocks, block_tokens]
  std::vector<BlockId> buckets_;  // heads of the hash chains; a power of two
  BlockId root_child_ = kNoBlock;
  BlockId oldest_ = kNoBlock;
  BlockId newest_ = kNoBlock;
  uint32_t unused_count_ = 0;
  uint32_t size_ = 0;
};

}  // namespace lar::engine

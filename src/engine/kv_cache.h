// The blocks of the KV cache and what is known to stand in them: BlockPool and PrefixTree as one.
// The tree is a holder of each of its blocks, so a block that no sequence holds keeps its contents
// until it is needed for something else; then the longest unused one is given up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/block_pool.h"
#include "engine/prefix_tree.h"

namespace lar::engine {

class KvCache {
 public:
  KvCache(uint32_t blocks, uint32_t block_tokens);

  // A block with undefined contents; evicts the oldest unused prefix if none is free.
  std::optional<BlockId> allocate();

  // One more holder of a block that is held or stands in the tree.
  void retain(BlockId block);

  // A sequence lets go of a block. Call it for the later blocks of a table first.
  void release(BlockId block);

  // As release, and forgets the contents if nothing else depends on them.
  void discard(BlockId block);

  // Makes a full block findable under `parent`. Returns the block that stands for these tokens from
  // now on: `block`, or the one already known, in which case the caller's hold has moved to it.
  BlockId publish(BlockId parent, BlockId block, std::span<const int32_t> tokens);

  // Blocks that `allocate` can hand out.
  uint32_t available() const { return pool_.free_count() + tree_.unused_count(); }

  uint32_t block_tokens() const { return block_tokens_; }
  const BlockPool& pool() const { return pool_; }
  const PrefixTree& tree() const { return tree_; }

 private:
  void evict(BlockId block);

  uint32_t block_tokens_;
  BlockPool pool_;
  PrefixTree tree_;
};

}  // namespace lar::engine

#include "engine/kv_cache.h"

namespace lar::engine {

KvCache::KvCache(uint32_t blocks, uint32_t block_tokens)
    : block_tokens_(block_tokens), pool_(blocks), tree_(blocks, block_tokens) {}

std::optional<BlockId> KvCache::allocate() {
  if (pool_.free_count() == 0 && tree_.oldest_unused() != kNoBlock) evict(tree_.oldest_unused());
  return pool_.allocate();
}

void KvCache::evict(BlockId block) {
  tree_.remove(block);
  pool_.release(block);
}

void KvCache::retain(BlockId block) {
  pool_.retain(block);
  if (tree_.contains(block)) tree_.set_used(block);
}

void KvCache::release(BlockId block) {
  const uint32_t left = pool_.release(block);
  if (left == 1 && tree_.contains(block)) tree_.set_unused(block);
}

void KvCache::discard(BlockId block) {
  release(block);
  if (tree_.contains(block) && tree_.unused(block) && tree_.leaf(block)) evict(block);
}

BlockId KvCache::publish(BlockId parent, BlockId block, std::span<const int32_t> tokens) {
  if (const BlockId known = tree_.find(parent, tokens); known != kNoBlock) {
    retain(known);
    release(block);
    return known;
  }
  tree_.insert(parent, block, tokens);
  pool_.retain(block);
  return block;
}

}  // namespace lar::engine

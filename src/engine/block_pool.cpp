#include "engine/block_pool.h"

#include "base/check.h"

namespace lar::engine {

BlockPool::BlockPool(uint32_t blocks) : holders_(blocks), free_(blocks) {
  // The lowest ids are handed out first.
  for (uint32_t i = 0; i < blocks; ++i) free_[i] = static_cast<BlockId>(blocks - 1 - i);
}

std::optional<BlockId> BlockPool::allocate() {
  if (free_.empty()) return std::nullopt;
  const BlockId block = free_.back();
  free_.pop_back();
  holders_[static_cast<size_t>(block)] = 1;
  return block;
}

void BlockPool::retain(BlockId block) {
  LAR_CHECK(holders(block) > 0);
  ++holders_[static_cast<size_t>(block)];
}

uint32_t BlockPool::release(BlockId block) {
  uint32_t& count = holders_[static_cast<size_t>(block)];
  LAR_CHECK(count > 0);
  if (--count == 0) free_.push_back(block);
  return count;
}

}  // namespace lar::engine

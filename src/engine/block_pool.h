// Who holds which KV block: a count of holders for each block and a list of the free ones.
// Allocates nothing after construction; every operation is constant time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lar::engine {

using BlockId = int32_t;
inline constexpr BlockId kNoBlock = -1;

class BlockPool {
 public:
  explicit BlockPool(uint32_t blocks);

  // A free block, now with one holder; nullopt when there is none.
  std::optional<BlockId> allocate();

  void retain(BlockId block);

  // Returns the holders that are left; at 0 the block is free again.
  uint32_t release(BlockId block);

  uint32_t holders(BlockId block) const { return holders_[static_cast<size_t>(block)]; }
  uint32_t free_count() const { return static_cast<uint32_t>(free_.size()); }
  uint32_t size() const { return static_cast<uint32_t>(holders_.size()); }
  std::span<const BlockId> free_blocks() const { return free_; }

 private:
  std::vector<uint32_t> holders_;
  std::vector<BlockId> free_;
};

}  // namespace lar::engine

#include "engine/block_pool.h"

#include <gtest/gtest.h>

#include <set>

namespace lar::engine {
namespace {

TEST(BlockPool, HandsOutEachBlockOnce) {
  BlockPool pool(5);
  std::set<BlockId> seen;
  for (int i = 0; i < 5; ++i) {
    const auto block = pool.allocate();
    ASSERT_TRUE(block.has_value());
    EXPECT_EQ(pool.holders(*block), 1U);
    EXPECT_TRUE(seen.insert(*block).second);
  }
  EXPECT_FALSE(pool.allocate().has_value());
  EXPECT_EQ(pool.free_count(), 0U);
}

TEST(BlockPool, ABlockIsFreeWhenItsLastHolderLetsGo) {
  BlockPool pool(1);
  const BlockId block = pool.allocate().value();
  pool.retain(block);
  EXPECT_EQ(pool.release(block), 1U);
  EXPECT_FALSE(pool.allocate().has_value());
  EXPECT_EQ(pool.release(block), 0U);
  EXPECT_EQ(pool.allocate(), block);
}

TEST(BlockPool, ReleasingAFreeBlockIsAProgrammersError) {
  BlockPool pool(1);
  EXPECT_DEATH(pool.release(0), "");
  EXPECT_DEATH(pool.retain(0), "");
}

}  // namespace
}  // namespace lar::engine

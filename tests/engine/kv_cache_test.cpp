#include "engine/kv_cache.h"

#include <gtest/gtest.h>

#include <array>

namespace lar::engine {
namespace {

using Tokens = std::array<int32_t, 2>;

TEST(KvCache, AReleasedPrefixStaysUntilItIsNeeded) {
  KvCache cache(2, 2);
  const BlockId first = cache.allocate().value();
  EXPECT_EQ(cache.publish(kNoBlock, first, Tokens{1, 2}), first);
  const BlockId second = cache.allocate().value();
  EXPECT_EQ(cache.publish(first, second, Tokens{3, 4}), second);
  EXPECT_EQ(cache.available(), 0U);
  EXPECT_FALSE(cache.allocate().has_value());

  cache.release(second);
  cache.release(first);
  EXPECT_EQ(cache.available(), 2U);
  EXPECT_EQ(cache.tree().find(kNoBlock, Tokens{1, 2}), first);

  // The leaf goes first, though both were let go at once.
  EXPECT_EQ(cache.allocate(), second);
  EXPECT_EQ(cache.tree().find(kNoBlock, Tokens{1, 2}), first);
  EXPECT_EQ(cache.allocate(), first);
  EXPECT_EQ(cache.tree().size(), 0U);
}

TEST(KvCache, TheSameContentsTwiceBecomeOneBlock) {
  KvCache cache(4, 2);
  const BlockId first = cache.allocate().value();
  const BlockId second = cache.allocate().value();
  EXPECT_EQ(cache.publish(kNoBlock, first, Tokens{1, 2}), first);
  EXPECT_EQ(cache.publish(kNoBlock, second, Tokens{1, 2}), first);
  EXPECT_EQ(cache.pool().holders(first), 3U);  // two sequences and the tree
  EXPECT_EQ(cache.pool().holders(second), 0U);
}

TEST(KvCache, DiscardForgetsWhatNothingDependsOn) {
  KvCache cache(4, 2);
  const BlockId shared = cache.allocate().value();
  cache.publish(kNoBlock, shared, Tokens{1, 2});
  cache.retain(shared);
  const BlockId own = cache.allocate().value();
  cache.publish(shared, own, Tokens{3, 4});
  cache.discard(own);
  cache.discard(shared);
  EXPECT_EQ(cache.tree().find(shared, Tokens{3, 4}), kNoBlock);
  EXPECT_EQ(cache.tree().find(kNoBlock, Tokens{1, 2}), shared);
  cache.discard(shared);
  EXPECT_EQ(cache.tree().size(), 0U);
  EXPECT_EQ(cache.available(), 4U);
}

}  // namespace
}  // namespace lar::engine

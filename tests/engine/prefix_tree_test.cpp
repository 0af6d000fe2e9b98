#include "engine/prefix_tree.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace lar::engine {
namespace {

using Tokens = std::array<int32_t, 3>;

TEST(PrefixTree, FindsAChildByItsParentAndTokens) {
  PrefixTree tree(8, 3);
  tree.insert(kNoBlock, 0, Tokens{1, 2, 3});
  tree.insert(0, 1, Tokens{1, 2, 3});
  tree.insert(0, 2, Tokens{4, 5, 6});
  EXPECT_EQ(tree.find(kNoBlock, Tokens{1, 2, 3}), 0);
  EXPECT_EQ(tree.find(0, Tokens{1, 2, 3}), 1);
  EXPECT_EQ(tree.find(0, Tokens{4, 5, 6}), 2);
  EXPECT_EQ(tree.find(1, Tokens{4, 5, 6}), kNoBlock);
  EXPECT_EQ(tree.find(kNoBlock, Tokens{1, 2, 4}), kNoBlock);
  EXPECT_EQ(tree.size(), 3U);
}

TEST(PrefixTree, FindsTheLongestSharedStartInsideABlock) {
  PrefixTree tree(8, 3);
  tree.insert(kNoBlock, 0, Tokens{1, 2, 3});
  tree.insert(kNoBlock, 1, Tokens{1, 9, 9});
  const auto found = tree.find_partial(kNoBlock, std::vector<int32_t>{1, 2, 7});
  EXPECT_EQ(found.block, 0);
  EXPECT_EQ(found.tokens, 2U);
  EXPECT_EQ(tree.find_partial(kNoBlock, std::vector<int32_t>{1, 9}).block, 1);
  EXPECT_EQ(tree.find_partial(kNoBlock, std::vector<int32_t>{5}).block, kNoBlock);
  EXPECT_EQ(tree.find_partial(0, std::vector<int32_t>{1, 2}).tokens, 0U);
}

TEST(PrefixTree, TheOldestUnusedGoesFirst) {
  PrefixTree tree(8, 3);
  for (int32_t i = 0; i < 4; ++i) tree.insert(kNoBlock, i, Tokens{i, i, i});
  EXPECT_EQ(tree.oldest_unused(), kNoBlock);
  for (const BlockId block : {2, 0, 3, 1}) tree.set_unused(block);
  EXPECT_EQ(tree.oldest_unused(), 2);
  tree.set_used(2);
  EXPECT_EQ(tree.oldest_unused(), 0);
  tree.set_used(3);  // from the middle
  tree.set_unused(2);
  for (const BlockId expected : {0, 1, 2}) {
    EXPECT_EQ(tree.oldest_unused(), expected);
    tree.remove(expected);
  }
  EXPECT_EQ(tree.oldest_unused(), kNoBlock);
  EXPECT_EQ(tree.unused_count(), 0U);
  EXPECT_EQ(tree.size(), 1U);
}

TEST(PrefixTree, ARemovedNodeIsForgottenAndItsSiblingsStay) {
  PrefixTree tree(8, 3);
  tree.insert(kNoBlock, 5, Tokens{0, 0, 0});
  for (int32_t i = 0; i < 4; ++i) tree.insert(5, i, Tokens{i, 1, 1});
  for (const BlockId removed : {1, 3, 0}) {
    tree.set_unused(removed);
    tree.remove(removed);
    EXPECT_EQ(tree.find(5, Tokens{removed, 1, 1}), kNoBlock);
    EXPECT_EQ(tree.find(5, Tokens{2, 1, 1}), 2);
    EXPECT_EQ(tree.find_partial(5, Tokens{2, 1, 9}).block, 2);
  }
  EXPECT_FALSE(tree.leaf(5));
  tree.set_unused(2);
  tree.remove(2);
  EXPECT_TRUE(tree.leaf(5));
  tree.insert(kNoBlock, 2, Tokens{7, 7, 7});  // the id comes back for other tokens
  EXPECT_EQ(tree.find(kNoBlock, Tokens{7, 7, 7}), 2);
}

}  // namespace
}  // namespace lar::engine

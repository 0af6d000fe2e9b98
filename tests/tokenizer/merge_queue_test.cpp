#include "tokenizer/merge_queue.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace lar::tokenizer::test {
namespace {

TEST(MergeQueue, GivesTheSmallestKeyWhateverTheOrder) {
  std::mt19937_64 random(3);
  MergeQueue queue;
  std::multiset<uint64_t> expected;
  for (int round = 0; round < 20'000; ++round) {
    if (random() % 5 < 3) {
      const uint64_t key = random() >> (random() % 60);
      queue.push(key);
      expected.insert(key);
      continue;
    }
    uint64_t key = 0;
    ASSERT_EQ(queue.pop(key), !expected.empty());
    if (expected.empty()) continue;
    ASSERT_EQ(key, *expected.begin());
    expected.erase(expected.begin());
  }
}

TEST(MergeQueue, StartsAnewWhenEmptied) {
  MergeQueue queue;
  uint64_t key = 0;
  queue.push(1ULL << 60);
  EXPECT_TRUE(queue.pop(key));
  EXPECT_FALSE(queue.pop(key));
  queue.push(5);
  queue.push(4);
  EXPECT_TRUE(queue.pop(key));
  EXPECT_EQ(key, 4U);
}

}  // namespace
}  // namespace lar::tokenizer::test

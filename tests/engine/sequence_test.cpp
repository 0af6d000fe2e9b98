#include "engine/sequence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness.h"

namespace lar::engine::test {
namespace {

constexpr EngineShape kShape{.context = 64, .vocab = kVocab, .block_tokens = 8};

struct SequenceTest : testing::Test {
  std::unique_ptr<Sequence> make(Request request) {
    auto created = Sequence::create(++id, std::move(request), kShape, std::chrono::nanoseconds(0));
    EXPECT_TRUE(created.has_value());
    return std::move(*created);
  }
  // As if a step had computed the next `count` tokens.
  void compute(Sequence& sequence, uint32_t count) {
    sequence.reserve(count, cache);
    sequence.commit(count, cache);
  }

  SequenceId id = 0;
  KvCache cache{8, 8};
  FakeExecutable executable{{}, 8, 8, kVocab};
};

TEST_F(SequenceTest, TakesWholeBlocksAndCopiesThePartOfOne) {
  const auto first = make(greedy(numbered(24), 4));
  compute(*first, 24);
  EXPECT_EQ(first->published(), 3U);

  std::vector<int32_t> prompt = numbered(21);
  prompt.push_back(31);
  const auto second = make(greedy(prompt, 4));
  EXPECT_EQ(second->shared_blocks(cache), 2U);
  second->attach_blocks(cache);
  second->attach_partial(cache, executable);
  EXPECT_EQ(second->computed(), 21U);
  EXPECT_EQ(second->published(), 2U);
  EXPECT_EQ(second->table()[0], first->table()[0]);
  EXPECT_EQ(second->table()[1], first->table()[1]);
  EXPECT_NE(second->table()[2], first->table()[2]);
  EXPECT_EQ(executable.copies, 1U);
  EXPECT_EQ(second->stats.cached_tokens, 21U);
}

TEST_F(SequenceTest, AlwaysLeavesTheLastTokenToCompute) {
  const auto first = make(greedy(numbered(16), 4));
  compute(*first, 16);
  const auto second = make(greedy(numbered(16), 4));
  second->attach_blocks(cache);
  second->attach_partial(cache, executable);
  EXPECT_EQ(second->pending(), 1U);
}

TEST_F(SequenceTest, AShortSharedStartIsNotWorthACopy) {
  const auto first = make(greedy(numbered(16), 4));
  compute(*first, 16);
  std::vector<int32_t> prompt = numbered(11);
  prompt.insert(prompt.end(), {30, 30});
  const auto second = make(greedy(prompt, 4));
  second->attach_blocks(cache);
  second->attach_partial(cache, executable);
  EXPECT_EQ(second->computed(), 8U);
  EXPECT_EQ(executable.copies, 0U);
}

TEST_F(SequenceTest, KnowsWhoIsAboutToComputeItsNextBlock) {
  std::vector<int32_t> prompt = numbered(20);
  prompt[17] = 31;
  const auto first = make(greedy(numbered(20), 4));
  const auto second = make(greedy(prompt, 4));
  EXPECT_TRUE(first->computes_next_of(*second));
  compute(*first, 8);
  EXPECT_FALSE(first->computes_next_of(*second));  // it is there already
  second->attach_blocks(cache);
  EXPECT_EQ(second->computed(), 8U);
  EXPECT_TRUE(first->computes_next_of(*second));
  compute(*first, 8);
  second->attach_blocks(cache);
  EXPECT_FALSE(first->computes_next_of(*second));  // neither fills its third block
  Request alone = greedy(numbered(20), 4);
  alone.use_prefix_cache = false;
  EXPECT_FALSE(make(std::move(alone))->computes_next_of(*make(greedy(numbered(20), 4))));
}

TEST_F(SequenceTest, TheSameWorkTwiceIsHeldOnce) {
  const auto first = make(greedy(numbered(16), 4));
  const auto second = make(greedy(numbered(16), 4));
  compute(*first, 16);
  compute(*second, 16);
  EXPECT_TRUE(std::ranges::equal(first->table(), second->table()));
  EXPECT_EQ(cache.available(), 6U);
}

TEST_F(SequenceTest, AShiftKeepsTheStartAndTheEnd) {
  Request request = greedy(numbered(20), 40);
  request.num_keep = 4;
  const auto sequence = make(std::move(request));
  compute(*sequence, 20);
  EXPECT_EQ(sequence->shift(cache), 8U);
  std::vector<int32_t> expected = numbered(20);
  expected.erase(expected.begin() + 4, expected.begin() + 12);
  EXPECT_TRUE(std::ranges::equal(sequence->tokens(), expected));
  EXPECT_EQ(sequence->computed(), 0U);
  EXPECT_EQ(cache.available(), 8U);
}

TEST_F(SequenceTest, WithoutThePrefixCacheNothingIsTakenOrLeft) {
  Request request = greedy(numbered(16), 4);
  request.use_prefix_cache = false;
  const auto sequence = make(std::move(request));
  compute(*sequence, 16);
  EXPECT_EQ(sequence->published(), 0U);
  EXPECT_EQ(cache.tree().size(), 0U);
  sequence->release_blocks(cache);
  EXPECT_EQ(cache.pool().free_count(), 8U);
}

TEST_F(SequenceTest, IgnoringEosForbidsTheTokens) {
  Request request = greedy(numbered(4), 4);
  request.eog_tokens = {3};
  request.ignore_eos = true;
  const auto sequence = make(std::move(request));
  EXPECT_FALSE(sequence->is_eog(3));
  std::vector<float> logits(kVocab, 0.0F);
  logits[3] = 9.0F;
  logits[5] = 1.0F;
  sampling::Workspace work(kVocab, 64);
  EXPECT_EQ(sequence->sample(logits, work)->token, 5);
}

}  // namespace
}  // namespace lar::engine::test

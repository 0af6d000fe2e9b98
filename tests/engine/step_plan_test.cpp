#include "engine/step_plan.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace lar::engine {
namespace {

std::vector<PlanShare> plan(const std::vector<PlanInput>& sequences,
                            backend::StepLimits limits,
                            uint32_t prefill_max = 1000,
                            uint32_t first = 0) {
  std::vector<PlanShare> shares(sequences.size());
  plan_step(sequences, limits, prefill_max, first, shares);
  return shares;
}

TEST(StepPlan, SequencesThatGenerateComeBeforePrompts) {
  const auto shares = plan({{.pending = 500}, {.pending = 1}, {.pending = 1}},
                           {.tokens = 100, .outputs = 10, .sequences = 10});
  EXPECT_EQ(shares[1].tokens, 1U);
  EXPECT_EQ(shares[1].outputs, 1U);
  EXPECT_EQ(shares[2].tokens, 1U);
  EXPECT_EQ(shares[0].tokens, 98U);
  EXPECT_EQ(shares[0].outputs, 0U);
}

TEST(StepPlan, PromptsShareAStepFairlyAndShortOnesLeaveTheirRest) {
  const auto shares = plan({{.pending = 1000}, {.pending = 10}, {.pending = 1000}},
                           {.tokens = 300, .outputs = 10, .sequences = 10});
  EXPECT_EQ(shares[1].tokens, 10U);
  EXPECT_EQ(shares[1].outputs, 1U);
  EXPECT_EQ(shares[0].tokens + shares[2].tokens, 290U);
  EXPECT_GE(shares[2].tokens, 100U);
}

TEST(StepPlan, TheTurnDecidesWhoIsFirst) {
  const backend::StepLimits limits{.tokens = 64, .outputs = 10, .sequences = 10};
  EXPECT_EQ(plan({{.pending = 100}, {.pending = 100}}, limits, 1000, 0)[0].tokens, 64U);
  EXPECT_EQ(plan({{.pending = 100}, {.pending = 100}}, limits, 1000, 1)[1].tokens, 64U);
}

TEST(StepPlan, ChunksAreBoundedWhileOthersGenerate) {
  const backend::StepLimits limits{.tokens = 512, .outputs = 10, .sequences = 10};
  EXPECT_EQ(plan({{.pending = 1000}, {.pending = 1}}, limits, 128)[0].tokens, 128U);
  EXPECT_EQ(plan({{.pending = 1000}}, limits, 128)[0].tokens, 512U);
}

TEST(StepPlan, WantedRowsAreBoundedByTheOutputs) {
  const auto shares = plan({{.pending = 100, .all_rows = true}, {.pending = 100}},
                           {.tokens = 512, .outputs = 30, .sequences = 10});
  EXPECT_EQ(shares[0].tokens, 30U);
  EXPECT_EQ(shares[0].outputs, 30U);
  EXPECT_EQ(shares[1].tokens, 99U);  // its last token would need an output
  EXPECT_EQ(shares[1].outputs, 0U);
}

TEST(StepPlan, KeepsEveryLimitAndAlwaysServesSomeone) {
  std::mt19937 random(7);
  const auto below = [&random](uint32_t bound) { return static_cast<uint32_t>(random() % bound); };
  for (int round = 0; round < 20'000; ++round) {
    const backend::StepLimits limits{
        .tokens = 1 + below(200), .outputs = 1 + below(20), .sequences = 1 + below(8)};
    std::vector<PlanInput> sequences(1 + below(10));
    bool pending = false;
    for (PlanInput& sequence : sequences) {
      sequence = {.pending = below(3) == 0 ? below(400) : below(3), .all_rows = below(4) == 0};
      pending = pending || sequence.pending > 0;
    }
    const auto shares = plan(sequences, limits, below(100), below(10));
    uint32_t tokens = 0;
    uint32_t outputs = 0;
    uint32_t served = 0;
    for (size_t i = 0; i < shares.size(); ++i) {
      const PlanShare& share = shares[i];
      ASSERT_LE(share.tokens, sequences[i].pending);
      tokens += share.tokens;
      outputs += share.outputs;
      served += share.tokens > 0 ? 1 : 0;
      if (sequences[i].all_rows) {
        ASSERT_EQ(share.outputs, share.tokens);
      } else {
        const bool last = share.tokens > 0 && share.tokens == sequences[i].pending;
        ASSERT_EQ(share.outputs, last ? 1U : 0U);
      }
    }
    ASSERT_LE(tokens, limits.tokens);
    ASSERT_LE(outputs, limits.outputs);
    ASSERT_LE(served, limits.sequences);
    ASSERT_EQ(served > 0, pending) << "round " << round;
  }
}

TEST(StepPlan, CountsMissingBlocks) {
  EXPECT_EQ(blocks_missing(0, 32, 0), 0U);
  EXPECT_EQ(blocks_missing(1, 32, 0), 1U);
  EXPECT_EQ(blocks_missing(32, 32, 1), 0U);
  EXPECT_EQ(blocks_missing(33, 32, 1), 1U);
  EXPECT_EQ(blocks_missing(33, 32, 5), 0U);
  EXPECT_EQ(blocks_missing(UINT32_MAX, 32, 0), (UINT32_MAX / 32) + 1);
}

TEST(StepPlan, AdmitsWhatFitsBesideTheRunningOnes) {
  EXPECT_TRUE(may_admit({.available_blocks = 0, .running = 0, .wanted = 9}));
  EXPECT_TRUE(may_admit({.available_blocks = 10, .running = 2, .running_missing = 3, .wanted = 5}));
  EXPECT_FALSE(
      may_admit({.available_blocks = 10, .running = 2, .running_missing = 3, .wanted = 6}));
}

}  // namespace
}  // namespace lar::engine

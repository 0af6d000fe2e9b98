#include "registry/segment_plan.h"

#include <gtest/gtest.h>

namespace lar::registry {
namespace {

using namespace std::chrono_literals;
constexpr uint64_t kPiece = store::kPieceBytes;

class Plan : public ::testing::Test {
 protected:
  const Clock::time_point start_ = Clock::now();
};

TEST_F(Plan, HandsOutSegmentsInOrder) {
  SegmentPlan plan({{0, 3 * kPiece}, {5 * kPiece, 5 * kPiece + 7}}, 2 * kPiece);
  std::vector<store::ByteRange> ranges;
  std::vector<std::shared_ptr<Segment>> segments;
  while (const auto segment = plan.next(start_)) {
    segments.push_back(segment);
    ranges.push_back({segment->begin, segment->end});
  }
  EXPECT_EQ(ranges, (std::vector<store::ByteRange>{
                        {0, 2 * kPiece}, {2 * kPiece, 3 * kPiece}, {5 * kPiece, 5 * kPiece + 7}}));
  EXPECT_FALSE(plan.done());
  for (const auto& segment : segments) {
    segment->position = segment->end.load();
    plan.finish(segment, start_ + 1s);
  }
  EXPECT_TRUE(plan.done());
}

TEST_F(Plan, AFreeStreamTakesHalfOfASlowOnesRest) {
  SegmentPlan plan({{0, 32 * kPiece}}, 16 * kPiece);
  const auto fast = plan.next(start_);
  const auto slow = plan.next(start_);
  fast->position = 16 * kPiece;
  plan.finish(fast, start_ + 100ms);
  slow->position = 16 * kPiece + 10;
  EXPECT_EQ(plan.next(start_ + 500ms), nullptr) << "too early to tell";
  const auto half = plan.next(start_ + 2s);
  ASSERT_NE(half, nullptr);
  EXPECT_EQ(half->begin, 25 * kPiece);
  EXPECT_EQ(half->end, 32 * kPiece);
  EXPECT_EQ(slow->end, 25 * kPiece);
  EXPECT_FALSE(half->is_hedge);
}

TEST_F(Plan, StreamsOfOneSpeedAreLeftAlone) {
  SegmentPlan plan({{0, 32 * kPiece}}, 16 * kPiece);
  const auto first = plan.next(start_);
  const auto second = plan.next(start_);
  first->position = 16 * kPiece;
  plan.finish(first, start_ + 10s);
  second->position = 30 * kPiece;
  EXPECT_EQ(plan.next(start_ + 10s), nullptr);
}

TEST_F(Plan, TheLastPieceIsFetchedTwiceAndTheLoserStopped) {
  SegmentPlan plan({{0, 2 * kPiece}}, kPiece);
  const auto fast = plan.next(start_);
  const auto slow = plan.next(start_);
  fast->position = kPiece;
  plan.finish(fast, start_ + 10ms);
  slow->position = kPiece + 5;
  const auto hedge = plan.next(start_ + 2s);
  ASSERT_NE(hedge, nullptr);
  EXPECT_TRUE(hedge->is_hedge);
  EXPECT_EQ(hedge->begin, kPiece);
  EXPECT_EQ(plan.next(start_ + 3s), nullptr) << "once is enough";
  hedge->position = 2 * kPiece;
  plan.finish(hedge, start_ + 4s);
  EXPECT_TRUE(slow->stop.stop_requested());
  EXPECT_FALSE(plan.done());
  plan.finish(slow, start_ + 4s);
  EXPECT_TRUE(plan.done());
}

TEST_F(Plan, StoppingEndsAll) {
  SegmentPlan plan({{0, 2 * kPiece}}, kPiece);
  const auto segment = plan.next(start_);
  plan.stop_all();
  EXPECT_TRUE(segment->stop.stop_requested());
  EXPECT_EQ(plan.next(start_), nullptr);
  EXPECT_TRUE(plan.done());
}

}  // namespace
}  // namespace lar::registry

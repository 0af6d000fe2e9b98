#include "engine/context_shift.h"

#include <gtest/gtest.h>

namespace lar::engine {
namespace {

TEST(ContextShift, DropsHalfOfWhatIsNotKept) {
  EXPECT_EQ(shift_range(100, 4).begin, 4U);
  EXPECT_EQ(shift_range(100, 4).count, 48U);
  EXPECT_EQ(shift_range(100, 0).count, 50U);
}

TEST(ContextShift, AlwaysMakesRoomAndAlwaysLeavesSomething) {
  for (uint32_t tokens = 2; tokens < 40; ++tokens) {
    for (uint32_t keep = 0; keep < 50; ++keep) {
      const ShiftRange range = shift_range(tokens, keep);
      EXPECT_GT(range.count, 0U);
      EXPECT_LT(range.begin + range.count, tokens);
    }
  }
  EXPECT_EQ(shift_range(1, 0).count, 0U);
  EXPECT_EQ(shift_range(0, 0).count, 0U);
}

}  // namespace
}  // namespace lar::engine

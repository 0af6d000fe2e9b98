#include "base/checked.h"

#include <gtest/gtest.h>

namespace lar {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

TEST(Checked, AddAndMulRefuseOverflow) {
  EXPECT_EQ(checked_add<uint64_t>(kMax - 1, 1), kMax);
  EXPECT_EQ(checked_add<uint64_t>(kMax, 1), std::nullopt);
  EXPECT_EQ(checked_mul<uint64_t>(kMax / 2, 2), kMax - 1);
  EXPECT_EQ(checked_mul<uint64_t>(kMax / 2 + 1, 2), std::nullopt);
}

TEST(Checked, AlignUpRefusesTheWrapToZero) {
  EXPECT_EQ(checked_align_up<uint64_t>(33, 32), 64U);
  EXPECT_EQ(checked_align_up<uint64_t>(64, 32), 64U);
  EXPECT_EQ(checked_align_up<uint64_t>(kMax - 3, 32), std::nullopt);
}

TEST(Checked, CastKeepsSignAndRange) {
  EXPECT_EQ((checked_cast<int32_t, uint64_t>(1ULL << 31)), std::nullopt);
  EXPECT_EQ((checked_cast<uint32_t, int64_t>(-1)), std::nullopt);
  EXPECT_EQ((checked_cast<uint64_t, int32_t>(-1)), std::nullopt);
  EXPECT_EQ((checked_cast<int32_t, int64_t>(-7)), -7);
}

}  // namespace
}  // namespace lar

#include "quant/formats/round.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lar::quant {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Round, NeverLeavesTheRange) {
  for (const float value : {kInfinity, 1e30F, 1e10F, 16.0F}) {
    EXPECT_EQ(truncate_to(value, 0, 15), 15);
    EXPECT_EQ(round_even_to(value, -8, 7), 7);
    EXPECT_EQ(round_away_to(value, -128, 127), value > 127 ? 127 : 16);
  }
  for (const float value : {-kInfinity, -1e30F, kNan}) {
    EXPECT_EQ(truncate_to(value, 0, 15), 0);
    EXPECT_EQ(round_even_to(value, -8, 7), -8);
    EXPECT_EQ(round_away_to(value, -128, 127), -128);
  }
}

TEST(Round, TiesGoTheWayOfTheName) {
  EXPECT_EQ(truncate_to(7.99F, 0, 15), 7);
  EXPECT_EQ(truncate_to(-0.99F, 0, 15), 0);
  EXPECT_EQ(round_even_to(0.5F, -8, 7), 0);
  EXPECT_EQ(round_even_to(1.5F, -8, 7), 2);
  EXPECT_EQ(round_even_to(2.5F, -8, 7), 2);
  EXPECT_EQ(round_even_to(-2.5F, -8, 7), -2);
  EXPECT_EQ(round_away_to(0.5F, -8, 7), 1);
  EXPECT_EQ(round_away_to(2.5F, -8, 7), 3);
  EXPECT_EQ(round_away_to(-2.5F, -8, 7), -3);
  for (float value = -8; value < 7; value += 0.125F) {
    EXPECT_EQ(round_even_to(value, -8, 7), static_cast<int>(std::nearbyint(value))) << value;
  }
}

}  // namespace
}  // namespace lar::quant

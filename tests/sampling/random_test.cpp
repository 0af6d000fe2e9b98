#include "sampling/random.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lar::sampling {
namespace {

TEST(Random, TheSameSeedGivesTheSameNumbers) {
  Random a(42);
  Random b(42);
  Random c(43);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const uint64_t value = a.next();
    EXPECT_EQ(value, b.next());
    differs = differs || value != c.next();
  }
  EXPECT_TRUE(differs);
}

// The first output of the published algorithms for seed 0: state words 0xE220A8397B1DCDAF,
// 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC from splitmix64.
TEST(Random, FollowsThePublishedAlgorithms) {
  const uint64_t a = 0xE220A8397B1DCDAFULL;
  const uint64_t d = 0xF88BB8A8724C81ECULL;
  const uint64_t sum = a + d;
  EXPECT_EQ(Random(0).next(), (sum << 23 | sum >> 41) + a);
}

TEST(Random, UniformNumbersFillTheUnitInterval) {
  Random random(7);
  double sum = 0.0;
  double low = 1.0;
  double high = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.uniform();
    sum += value;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.005);
  EXPECT_GE(low, 0.0);
  EXPECT_LT(low, 1e-3);
  EXPECT_LT(high, 1.0);
  EXPECT_GT(high, 0.999);
}

TEST(Random, ASystemSeedIsNotNegative) {
  for (int i = 0; i < 20; ++i) EXPECT_GE(random_seed(), 0);
}

}  // namespace
}  // namespace lar::sampling

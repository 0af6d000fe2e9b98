#include "backend/cpu/layout.h"

#include <gtest/gtest.h>

#include <random>

namespace lar::backend {
namespace {

TEST(Layout, ValuesThatDoNotMeetShareBytes) {
  const Layout layout = plan_layout({{.bytes = 100, .first = 0, .last = 1, .used = true},
                                     {.bytes = 100, .first = 1, .last = 2, .used = true},
                                     {.bytes = 100, .first = 2, .last = 3, .used = true}},
                                    64);
  EXPECT_EQ(layout.offsets[0], layout.offsets[2]);
  EXPECT_NE(layout.offsets[0], layout.offsets[1]);
  EXPECT_EQ(layout.bytes, 256U);
}

TEST(Layout, UnusedValuesTakeNothing) {
  EXPECT_EQ(plan_layout({{.bytes = 1000}}, 64).bytes, 0U);
}

TEST(Layout, LiveValuesNeverOverlap) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Life> lives(40);
    for (Life& life : lives) {
      life.bytes = random() % 5000 + 1;
      life.first = static_cast<uint32_t>(random() % 30);
      life.last = life.first + static_cast<uint32_t>(random() % 10);
      life.used = random() % 8 != 0;
    }
    const Layout layout = plan_layout(lives, 64);
    for (size_t a = 0; a < lives.size(); ++a) {
      if (!lives[a].used) continue;
      EXPECT_EQ(layout.offsets[a] % 64, 0U);
      EXPECT_LE(layout.offsets[a] + lives[a].bytes, layout.bytes);
      for (size_t b = a + 1; b < lives.size(); ++b) {
        if (!lives[b].used || lives[a].last < lives[b].first || lives[b].last < lives[a].first) {
          continue;
        }
        const bool apart = layout.offsets[a] + lives[a].bytes <= layout.offsets[b] ||
                           layout.offsets[b] + lives[b].bytes <= layout.offsets[a];
        EXPECT_TRUE(apart) << "round " << round << ": " << a << " and " << b;
      }
    }
  }
}

}  // namespace
}  // namespace lar::backend

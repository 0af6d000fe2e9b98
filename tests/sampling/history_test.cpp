#include "sampling/history.h"

#include <gtest/gtest.h>

#include <vector>

namespace lar::sampling {
namespace {

std::vector<int32_t> recent(const History& history, size_t count) {
  std::vector<int32_t> out(count, -1);
  out.resize(history.copy_recent(out));
  return out;
}

TEST(History, GivesTheNewestFirstAndForgetsTheOldest) {
  History history(3);
  EXPECT_EQ(recent(history, 3), (std::vector<int32_t>{}));
  for (int32_t token = 1; token <= 5; ++token) history.push(token);
  EXPECT_EQ(history.size(), 3U);
  EXPECT_EQ(recent(history, 5), (std::vector<int32_t>{5, 4, 3}));
  EXPECT_EQ(recent(history, 2), (std::vector<int32_t>{5, 4}));
}

TEST(History, WithoutCapacityItStaysEmpty) {
  History history(0);
  history.push(1);
  EXPECT_EQ(history.size(), 0U);
}

}  // namespace
}  // namespace lar::sampling

#include "sampling/scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace lar::sampling {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Scan, FindsTheLargestWhereverItStands) {
  for (size_t size = 1; size < 70; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::vector<float> row(size, -5.0F);
      row[at] = -1.0F;
      const RowScan scan = scan_row(row);
      ASSERT_EQ(scan.max, -1.0F);
      ASSERT_FALSE(scan.invalid);
      ASSERT_EQ(find_first(row, -1.0F), static_cast<int32_t>(at));
    }
  }
  EXPECT_EQ(scan_row({}).max, -kInfinity);
}

TEST(Scan, SeesEveryInvalidNumber) {
  for (size_t at = 0; at < 40; ++at) {
    for (const float bad : {kInfinity, std::nanf(""), -std::nanf("")}) {
      std::vector<float> row(40, 1.0F);
      row[at] = bad;
      EXPECT_TRUE(scan_row(row).invalid) << at;
    }
    std::vector<float> row(40, 1.0F);
    row[at] = -kInfinity;
    EXPECT_FALSE(scan_row(row).invalid);
  }
}

TEST(Scan, TheFirstOfEqualsIsFound) {
  std::vector<float> row(50, 0.0F);
  row[20] = row[33] = 2.0F;
  EXPECT_EQ(find_first(row, 2.0F), 20);
  EXPECT_EQ(find_first(row, 3.0F), -1);
}

}  // namespace
}  // namespace lar::sampling

#include "base/humanize.h"

#include <gtest/gtest.h>

namespace lar {
namespace {

TEST(Humanize, BytesInPowersOfThousand) {
  EXPECT_EQ(human_bytes(512), "512 B");
  EXPECT_EQ(human_bytes(1'300'000'000), "1.3 GB");
  EXPECT_EQ(human_bytes(815'000'000), "815 MB");
  EXPECT_EQ(human_bytes(2'000'000'000), "2 GB");
}

TEST(Humanize, BytesInPowersOf1024) {
  EXPECT_EQ(human_bytes_binary(512), "512 B");
  EXPECT_EQ(human_bytes_binary(65'536), "64.0 KiB");
}

TEST(Humanize, Counts) {
  EXPECT_EQ(human_count(3'212'749'888), "3.2B");
  EXPECT_EQ(human_count(494'032'768), "494.03M");
  EXPECT_EQ(human_count(260'032), "260K");
}

}  // namespace
}  // namespace lar

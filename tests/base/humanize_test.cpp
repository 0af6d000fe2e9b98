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

TEST(Humanize, DurationsAsGoPrintsThem) {
  using std::chrono::nanoseconds;
  EXPECT_EQ(go_duration(nanoseconds(0)), "0s");
  EXPECT_EQ(go_duration(nanoseconds(15)), "15ns");
  EXPECT_EQ(go_duration(nanoseconds(1'500)), "1.5\u00b5s");
  EXPECT_EQ(go_duration(nanoseconds(130'079'000)), "130.079ms");
  EXPECT_EQ(go_duration(nanoseconds(1'234'567'891)), "1.234567891s");
  EXPECT_EQ(go_duration(nanoseconds(120'500'000'000)), "2m0.5s");
  EXPECT_EQ(go_duration(nanoseconds(3'600'000'000'000)), "1h0m0s");
}

TEST(Humanize, MomentsAsTablesPrintThem) {
  using namespace std::chrono_literals;
  using std::chrono::hours;
  EXPECT_EQ(relative_time(0ns), "Less than a second ago");
  EXPECT_EQ(relative_time(-1s), "1 second ago");
  EXPECT_EQ(relative_time(-59s), "59 seconds ago");
  EXPECT_EQ(relative_time(-60s), "About a minute ago");
  EXPECT_EQ(relative_time(5min), "5 minutes from now");
  EXPECT_EQ(relative_time(-60min), "About an hour ago");
  EXPECT_EQ(relative_time(-hours(47)), "47 hours ago");
  EXPECT_EQ(relative_time(-hours(48)), "2 days ago");
  EXPECT_EQ(relative_time(-hours(24 * 14)), "2 weeks ago");
  EXPECT_EQ(relative_time(-hours(24 * 60)), "2 months ago");
  EXPECT_EQ(relative_time(-hours(24 * 365 * 2)), "2 years ago");
  EXPECT_EQ(relative_time(hours(24 * 365 * 21)), "Forever");
}

TEST(Humanize, WholeBillionsHaveNoDecimals) {
  EXPECT_EQ(human_count(8'000'000'000), "8B");
  EXPECT_EQ(human_count(7'620'000'000), "7.6B");
}

}  // namespace
}  // namespace lar

#include "base/duration.h"

#include <gtest/gtest.h>

#include <limits>

namespace lar {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsWhatGoReads) {
  EXPECT_EQ(parse_go_duration("5m").value(), 5min);
  EXPECT_EQ(parse_go_duration("1h30m").value(), 90min);
  EXPECT_EQ(parse_go_duration("-1.5s").value(), -1500ms);
  EXPECT_EQ(parse_go_duration(".5s").value(), 500ms);
  EXPECT_EQ(parse_go_duration("100\u00b5s").value(), 100us);
  EXPECT_EQ(parse_go_duration("0").value(), 0ns);
  EXPECT_EQ(parse_go_duration("-0").value(), 0ns);
  EXPECT_EQ(parse_go_duration("9223372036854775807ns").value().count(),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_go_duration("-9223372036854775808ns").value().count(),
            std::numeric_limits<int64_t>::min());
}

TEST(Duration, RefusesInGosWords) {
  EXPECT_EQ(parse_go_duration("soon").error().message, "time: invalid duration \"soon\"");
  EXPECT_EQ(parse_go_duration("5").error().message, "time: missing unit in duration \"5\"");
  for (const char* text : {"", "-", "s", ".s", "1x", "9223372036854775808ns", "3000000h",
                           "99999999999999999999s", "1s-2s", "5 m"}) {
    EXPECT_FALSE(parse_go_duration(text)) << text;
  }
}

}  // namespace
}  // namespace lar

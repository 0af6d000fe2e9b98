#include "base/utf8.h"

#include <gtest/gtest.h>

namespace lar {
namespace {

TEST(Utf8, DecodesEachLength) {
  EXPECT_EQ(utf8_next("A").code_point, U'A');
  EXPECT_EQ(utf8_next("\xC3\xA9").code_point, U'\u00E9');
  EXPECT_EQ(utf8_next("\xE2\x82\xAC").code_point, U'\u20AC');
  EXPECT_EQ(utf8_next("\xF0\x9F\x98\x80").code_point, U'\U0001F600');
}

TEST(Utf8, RefusesOverlongSurrogatesAndBeyondTheEnd) {
  for (const std::string_view bad : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                     "\xF8\x88\x80\x80", "\x80", "\xE2\x82"}) {
    EXPECT_FALSE(utf8_valid(bad));
  }
}

TEST(Utf8, MaximalSubpartBecomesOneReplacement) {
  EXPECT_EQ(utf8_sanitize("a\xF0\x9F\x98z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(utf8_sanitize("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, IncompleteTail) {
  EXPECT_EQ(utf8_incomplete_tail("abc"), 0U);
  EXPECT_EQ(utf8_incomplete_tail("a\xE2"), 1U);
  EXPECT_EQ(utf8_incomplete_tail("a\xE2\x82"), 2U);
  EXPECT_EQ(utf8_incomplete_tail("a\xE2\x82\xAC"), 0U);
  EXPECT_EQ(utf8_incomplete_tail("\xF0\x9F\x98"), 3U);
  EXPECT_EQ(utf8_incomplete_tail("\xFF"), 0U);
}

TEST(Utf8, AppendRoundTrips) {
  for (const char32_t c : {U'a', U'\u00E9', U'\u20AC', U'\U0001F600', U'\U0010FFFF'}) {
    std::string text;
    utf8_append(text, c);
    EXPECT_EQ(utf8_next(text).code_point, c);
    EXPECT_EQ(utf8_next(text).bytes, text.size());
  }
}

}  // namespace
}  // namespace lar

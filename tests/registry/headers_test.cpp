#include "registry/headers.h"

#include <gtest/gtest.h>

#include "registry/base64.h"

namespace lar::registry {
namespace {

std::string shown(std::string_view value) {
  const auto challenges = parse_challenges(value);
  if (!challenges) return "malformed";
  std::string text;
  for (const auto& challenge : *challenges) {
    text += "[" + challenge.scheme;
    for (const auto& [name, parameter] : challenge.parameters) text += " " + name + "=" + parameter;
    text += "]";
  }
  return text;
}

TEST(Headers, ReadChallenges) {
  EXPECT_EQ(shown(R"(Bearer realm="https://a/t",service="s",scope="x y")"),
            "[bearer realm=https://a/t service=s scope=x y]");
  EXPECT_EQ(shown(R"(bEARER Realm = "a\"b\\c" , scope=plain)"),
            "[bearer realm=a\"b\\c scope=plain]");
  EXPECT_EQ(shown(R"(Basic realm="x, y", Bearer realm="z")"), "[basic realm=x, y][bearer realm=z]");
  EXPECT_EQ(shown("Negotiate YWJj==, Bearer realm=a"), "[negotiate][bearer realm=a]");
  EXPECT_EQ(shown("Negotiate, Basic realm=a"), "[negotiate][basic realm=a]");
  EXPECT_EQ(shown(" , ,Bearer a=b,,c=d, "), "[bearer a=b c=d]");
  EXPECT_EQ(shown(""), "");
  for (const char* value : {"Bearer realm=\"a", "Bearer realm=a b=c", "\"x\"", "Bearer a=\"b\"c=d",
                            "Bearer realm=(", "=a"}) {
    EXPECT_EQ(shown(value), "malformed") << value;
  }
  EXPECT_EQ(shown("Bearer realm=\"" + std::string(kChallengeBytesMax, 'a') + "\""), "malformed");
  std::string many = "Bearer a=b";
  for (size_t i = 0; i < kChallengeParametersMax; ++i) many += ",a=b";
  EXPECT_EQ(shown(many), "malformed");
}

TEST(Headers, ReadRanges) {
  const auto range = parse_content_range("bytes 5-9/100");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->begin, 5U);
  EXPECT_EQ(range->end, 10U);
  EXPECT_EQ(range->total, 100U);
  EXPECT_FALSE(parse_content_range("bytes 0-0/*")->total);
  for (const char* value : {"", "bytes", "bytes 5-4/9", "bytes 0-9/9", "bytes -5/9", "bytes 0-/9",
                            "bytes 0-9", "items 0-1/2", "bytes */100",
                            "bytes 0-18446744073709551615/*", "bytes 0-1/99999999999999999999"}) {
    EXPECT_FALSE(parse_content_range(value)) << value;
  }
  EXPECT_EQ(*parse_upload_range("0-99"), 100U);
  EXPECT_EQ(*parse_upload_range("bytes=0-99"), 100U);
  EXPECT_EQ(*parse_upload_range("0-0"), 0U);
  EXPECT_FALSE(parse_upload_range("5-9"));
  EXPECT_FALSE(parse_upload_range(""));
}

TEST(Headers, ReadRetryAfter) {
  const auto now = std::chrono::system_clock::from_time_t(784'111'777);  // 6 Nov 1994 08:49:37
  using std::chrono::seconds;
  EXPECT_EQ(parse_retry_after("5", now), seconds(5));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now), seconds(10));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), seconds(0));
  EXPECT_GE(*parse_retry_after("99999999999999999999", now), seconds(3600));
  EXPECT_EQ(parse_retry_after("4294967295", now), seconds(86400));
  EXPECT_EQ(parse_retry_after("83541013*", now), seconds(86400)) << "a date in the year 8354";
  EXPECT_FALSE(parse_retry_after("", now));
  EXPECT_FALSE(parse_retry_after("soon", now));
  EXPECT_FALSE(parse_retry_after("-5", now));
}

TEST(Base64, GoesBothWays) {
  for (const std::string& text : {std::string(), std::string("f"), std::string("fo"),
                                  std::string("foo"), std::string("\0\xff\x10", 3)}) {
    EXPECT_EQ(base64_decode(base64_encode(text)), text);
  }
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  for (const char* text : {"a", "ab", "abc", "a===", "====", "ab=c", "ab==ab==", "ab!d"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

}  // namespace
}  // namespace lar::registry

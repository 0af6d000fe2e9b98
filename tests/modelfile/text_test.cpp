#include "modelfile/text.h"

#include <gtest/gtest.h>

namespace lar::modelfile {
namespace {

using namespace std::string_literals;

TEST(Text, DecodesEveryByteOrderMark) {
  const std::string text = "Fé\xF0\x9F\x98\x80";  // F, e acute, a smiley beyond 16 bits
  EXPECT_EQ(decode(text), text);
  EXPECT_EQ(decode("\xEF\xBB\xBF" + text), text);
  EXPECT_EQ(decode("\xFF\xFE"s + "F\0\xE9\0\x3D\xD8\x00\xDE"s), text);
  EXPECT_EQ(decode("\xFE\xFF"s + "\0F\0\xE9\xD8\x3D\xDE\x00"s), text);
}

TEST(Text, ReplacesWhatIsNotText) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(decode("a\xFFz"), "a" + bad + "z");
  EXPECT_EQ(decode("\xFF\xFE"s + "a\0\x3D\xD8"s), "a" + bad);  // half a pair at the end
  EXPECT_EQ(decode("\xFF\xFE"s + "\x3D\xD8z\0"s), bad + "z");  // half a pair
  EXPECT_EQ(decode("\xFF\xFE"s + "\x00\xDE"s + "a\0b"s), bad + "a" + bad);  // and an odd byte
}

TEST(Text, TrimsEverySpaceOfUnicode) {
  EXPECT_EQ(trim(" \t\r\n\v\f\xC2\xA0\xC2\x85\xE2\x80\xA8\xE3\x80\x80x y\xE2\x80\x83 "), "x y");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\x80\x80\x80"), "\x80\x80\x80");
  EXPECT_EQ(trim("x\xE2\x80\x8D"), "x\xE2\x80\x8D");  // a joiner is no space
}

}  // namespace
}  // namespace lar::modelfile

#include "gguf/split.h"

#include <gtest/gtest.h>

namespace lar::gguf {
namespace {

TEST(SplitName, IsTakenApartAndPutTogether) {
  const auto name = parse_split_name("/models/a-00001-of-00002-b-00002-of-00012.gguf");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->prefix, "/models/a-00001-of-00002-b");
  EXPECT_EQ(name->number, 2U);
  EXPECT_EQ(name->count, 12U);
  EXPECT_EQ(split_path(*name, 1), "/models/a-00001-of-00002-b-00001-of-00012.gguf");
}

TEST(SplitName, OtherNamesAreNone) {
  for (const char* path :
       {"model.gguf", "m-00001-of-00002", "m-0001-of-0002.gguf", "m-00000-of-00002.gguf",
        "m-00003-of-00002.gguf", "m-0000x-of-00002.gguf", "m-00001-of--0002.gguf",
        "00001-of-00002.gguf", ".gguf", "", "-of-00002.gguf"}) {
    EXPECT_FALSE(parse_split_name(path).has_value()) << path;
  }
  EXPECT_TRUE(parse_split_name("-00001-of-00002.gguf").has_value());
}

}  // namespace
}  // namespace lar::gguf

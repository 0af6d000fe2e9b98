#include "chat/json.h"

#include <gtest/gtest.h>
#include "support/json.h"

namespace lar::chat {
namespace {

TEST(Json, text_becomes_ordered_values_of_the_given_origin) {
  const auto value = parse_json(R"({"b": [1, 2.5, null, true], "a": "é", "b2": 1e400})");
  ASSERT_FALSE(value);  // a number out of range
  const auto good = parse_json(R"({"b": [1, 2.5, null, true], "a": "é"})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->entries().entries()[0].first.text(), "b");
  EXPECT_EQ(good->find("b")->items()[1].as_double(), 2.5);
  EXPECT_EQ(origin_of(*good->find("a")), Origin::kContent);
  EXPECT_EQ(to_json(*good).dump(), R"({"b":[1,2.5,null,true],"a":"é"})");
}

TEST(Json, a_repeated_key_takes_the_last_value) {
  EXPECT_EQ(to_json(*parse_json(R"({"a":1,"b":2,"a":3})")).dump(), R"({"a":3,"b":2})");
}

TEST(Json, depth_is_limited) {
  const auto nested = [](size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(parse_json(nested(kJsonDepthMax)));
  EXPECT_FALSE(parse_json(nested(kJsonDepthMax + 1)));
  EXPECT_FALSE(parse_json(nested(100'000)));
}

TEST(Json, errors_name_the_place) {
  const auto value = parse_json("{\"a\": }");
  ASSERT_FALSE(value);
  EXPECT_TRUE(value.error().message.starts_with("JSON: byte 7")) << value.error().message;
}

TEST(Json, integers_beyond_64_bits_become_floats) {
  EXPECT_EQ(parse_json("18446744073709551615")->as_double(), 18446744073709551615.0);
  EXPECT_EQ(parse_json("-9223372036854775808")->as_int(), INT64_MIN);
}

}  // namespace
}  // namespace lar::chat

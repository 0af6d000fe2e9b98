#include "store/json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/data.h"

namespace lar::store {
namespace {

std::string round(std::string_view text) {
  const auto value = parse_json(text);
  return value ? go_json(*value) : value.error().message;
}

TEST(Json, IsWrittenAsGoWritesIt) {
  EXPECT_EQ(round(R"({ "b" : 1, "a" : [ true, null, "x" ] })"), R"({"b":1,"a":[true,null,"x"]})");
  EXPECT_EQ(round(R"("<a>&\u2028\u2029")"), R"("\u003ca\u003e\u0026\u2028\u2029")");
  EXPECT_EQ(round(R"("\b\f\n\r\t\u0001\u007f\"\\/é")"), "\"\\b\\f\\n\\r\\t\\u0001\x7f\\\"\\\\/é\"");
  EXPECT_EQ(round("[0.7, 1.0, 1e-7, 1e21, 1e20, 1.5e-9, -0.000001, 123456789]"),
            "[0.7,1,1e-7,1e+21,100000000000000000000,1.5e-9,-0.000001,123456789]");
  EXPECT_EQ(round("[18446744073709551615, -9223372036854775808]"),
            "[18446744073709551615,-9223372036854775808]");
}

TEST(Json, RefusesWhatIsNoneAndWhatNestsTooDeep) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":}", "nul", "\"\xff\"", "1 2", "NaN"}) {
    EXPECT_EQ(round(text), "invalid JSON") << text;
  }
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
  EXPECT_EQ(round(std::string(1'000'000, '[')), "JSON is nested too deep");
  EXPECT_TRUE(parse_json("\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\""));
}

// https://github.com/nst/JSONTestSuite: names begin with y (must be read), n (must not), i
// (either).
TEST(Json, ReadsWhatItsTestSuiteSaysAndNothingElse) {
  const auto folder = test::shared_data("json/JSONTestSuite/test_parsing");
  LAR_REQUIRE_DATA(folder);
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto value = parse_json(text, 1'000);
    ++count;
    if (name.starts_with("y_")) {
      EXPECT_TRUE(value) << name;
    } else if (name.starts_with("n_")) {
      EXPECT_FALSE(value) << name;
    }
    if (value)
      EXPECT_TRUE(parse_json(go_json(*value), 1'000)) << name << ": what is written is JSON";
  }
  EXPECT_GT(count, 100U);
}

}  // namespace
}  // namespace lar::store

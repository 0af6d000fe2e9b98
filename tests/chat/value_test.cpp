#include "chat/value.h"

#include <gtest/gtest.h>

#include "chat/text_builder.h"

namespace lar::chat {
namespace {

TEST(Value, keys_follow_pythons_equality) {
  Dict dict;
  dict.set(Value::integer(1), Value::string("a", Origin::kTemplate));
  dict.set(Value::boolean(true), Value::string("b", Origin::kTemplate));
  dict.set(Value::number(1.0), Value::string("c", Origin::kTemplate));
  ASSERT_EQ(dict.size(), 1U);
  EXPECT_EQ(dict.entries()[0].second.text(), "c");
  EXPECT_EQ(dict.find("1"), nullptr);
}

TEST(Value, a_large_dictionary_keeps_its_order_and_finds_all) {
  Dict dict;
  for (int i = 0; i < 1000; ++i) dict.set("key" + std::to_string(i), Value::integer(i));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(dict.find("key" + std::to_string(i))->as_int(), i);
    EXPECT_EQ(dict.entries()[static_cast<size_t>(i)].second.as_int(), i);
  }
  EXPECT_EQ(dict.find("key1000"), nullptr);
  dict.set("key5", Value::integer(-5));
  EXPECT_EQ(dict.size(), 1000U);
  EXPECT_EQ(dict.entries()[5].second.as_int(), -5);
}

TEST(Value, integers_and_floats_compare_exactly) {
  const Value big = Value::integer((int64_t{1} << 53) + 1);
  EXPECT_FALSE(equal(big, Value::number(0x1p53), nullptr));
  EXPECT_TRUE(equal(Value::integer(2), Value::number(2.0), nullptr));
  EXPECT_EQ(hash_value(Value::integer(2)), hash_value(Value::number(2.0)));
  EXPECT_FALSE(equal(Value::string("1", Origin::kTemplate), Value::integer(1), nullptr));
}

TEST(Value, depth_counts_containers) {
  EXPECT_EQ(Value::integer(1).depth(), 0U);
  Value value = Value::list({});
  for (int i = 0; i < 9; ++i) value = Value::tuple({value, Value::null()});
  EXPECT_EQ(value.depth(), 10U);
}

TEST(TextBuilder, slices_keep_the_origin_of_each_byte) {
  TextBuilder builder(nullptr);
  builder.append("ab", Origin::kTemplate);
  builder.append("cd", Origin::kContent);
  builder.append("", Origin::kTemplate);
  builder.append("e", Origin::kContent);
  const Value text = builder.finish();
  EXPECT_EQ(text.string_data().runs.size(), 2U);
  EXPECT_EQ(origin_of(slice_string(text, 0, 2, nullptr)), Origin::kTemplate);
  EXPECT_EQ(origin_of(slice_string(text, 2, 5, nullptr)), Origin::kContent);
  const Value middle = slice_string(text, 1, 3, nullptr);
  EXPECT_EQ(middle.text(), "bc");
  EXPECT_EQ(middle.string_data().origin_at(0), Origin::kTemplate);
  EXPECT_EQ(middle.string_data().origin_at(1), Origin::kContent);
}

TEST(Meter, says_when_memory_or_work_run_out_and_counts_what_is_released) {
  Meter meter(100, 1000);
  {
    const HeldBytes held(&meter, 900);
    EXPECT_FALSE(meter.exceeded());
    EXPECT_FALSE(meter.hold(200));
    EXPECT_TRUE(meter.out_of_memory());
  }
  Meter fresh(100, 1000);
  {
    const HeldBytes held(&fresh, 900);
  }
  EXPECT_TRUE(fresh.hold(1000));
  EXPECT_TRUE(fresh.work(100));
  EXPECT_FALSE(fresh.work(1));
}

}  // namespace
}  // namespace lar::chat

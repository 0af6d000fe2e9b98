#include "gguf/value.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <vector>

namespace lar::gguf {
namespace {

template <class T>
struct Holder {
  T number;
  Value value;
  Holder(ValueType type, T n) : number(n) {
    value.type = type;
    value.count = 1;
    value.data = std::as_bytes(std::span(&number, 1));
  }
};

TEST(Value, NumbersFitOrAreNothing) {
  const Holder<int8_t> minus(ValueType::kInt8, int8_t{-1});
  EXPECT_EQ(minus.value.as_int(), -1);
  EXPECT_EQ(minus.value.as_uint(), std::nullopt);
  EXPECT_EQ(minus.value.as_float(), -1.0);
  const Holder<uint64_t> large(ValueType::kUint64, std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(large.value.as_uint(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(large.value.as_int(), std::nullopt);
  EXPECT_EQ(large.value.as_float(), 0x1p64);
  const Holder<float> real(ValueType::kFloat32, 2.0F);
  EXPECT_EQ(real.value.as_float(), 2.0);
  EXPECT_EQ(real.value.as_int(), std::nullopt);
  EXPECT_EQ(real.value.as_uint(), std::nullopt);
  const Holder<uint8_t> flag(ValueType::kBool, uint8_t{2});
  EXPECT_EQ(flag.value.as_bool(), true);
  EXPECT_EQ(flag.value.as_int(), std::nullopt);
  EXPECT_EQ(flag.value.as_string(), std::nullopt);
  EXPECT_EQ(flag.value.int_at(0), std::nullopt);
}

TEST(Value, ElementsOfUnalignedArrays) {
  std::vector<std::byte> bytes(1 + 3 * sizeof(int32_t));
  const int32_t numbers[] = {7, -8, 9};
  std::memcpy(bytes.data() + 1, numbers, sizeof(numbers));
  Value array;
  array.type = ValueType::kArray;
  array.element_type = ValueType::kInt32;
  array.count = 3;
  array.data = std::span(bytes).subspan(1);
  EXPECT_TRUE(array.is_array_of(ValueType::kInt32));
  EXPECT_FALSE(array.is_array_of(ValueType::kUint32));
  EXPECT_EQ(array.int_at(1), -8);
  EXPECT_EQ(array.float_at(2), 9.0);
  EXPECT_EQ(array.int_at(3), std::nullopt);
  EXPECT_EQ(array.float_at(std::numeric_limits<uint64_t>::max()), std::nullopt);
  EXPECT_EQ(array.as_int(), std::nullopt);
  EXPECT_FALSE(StringArray::of(array).has_value());
}

TEST(Value, BoolElementsAreZeroOrOne) {
  const std::byte bytes[] = {std::byte{0}, std::byte{1}, std::byte{200}};
  Value array;
  array.type = ValueType::kArray;
  array.element_type = ValueType::kBool;
  array.count = 3;
  array.data = bytes;
  EXPECT_EQ(array.int_at(0), 0);
  EXPECT_EQ(array.int_at(2), 1);
  EXPECT_EQ(array.float_at(2), 1.0);
}

TEST(Value, StringArraysAreWalkedInOrder) {
  const char bytes[] =
      "\x01\0\0\0\0\0\0\0a"
      "\0\0\0\0\0\0\0\0"
      "\x02\0\0\0\0\0\0\0bc";
  Value array;
  array.type = ValueType::kArray;
  array.element_type = ValueType::kString;
  array.count = 3;
  array.data = std::as_bytes(std::span(bytes, sizeof(bytes) - 1));
  auto strings = StringArray::of(array);
  ASSERT_TRUE(strings.has_value());
  EXPECT_EQ(strings->size(), 3U);
  EXPECT_EQ(strings->next(), "a");
  EXPECT_EQ(strings->next(), "");
  EXPECT_EQ(strings->next(), "bc");
  EXPECT_EQ(strings->size(), 3U);
  EXPECT_EQ(array.int_at(0), std::nullopt);
  EXPECT_EQ(array.float_at(0), std::nullopt);
}

TEST(Value, EveryTypeHasANameAndASize) {
  EXPECT_EQ(value_type_name(ValueType::kUint8), "uint8");
  EXPECT_EQ(value_type_name(ValueType::kFloat64), "float64");
  EXPECT_EQ(value_type_name(ValueType{13}), "unknown");
  EXPECT_EQ(value_type_bytes(ValueType::kInt64), 8U);
  EXPECT_EQ(value_type_bytes(ValueType::kBool), 1U);
  EXPECT_EQ(value_type_bytes(ValueType::kString), 0U);
  EXPECT_EQ(value_type_bytes(ValueType{13}), 0U);
}

}  // namespace
}  // namespace lar::gguf

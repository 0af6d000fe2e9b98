#include "gguf/cursor.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace lar::gguf {
namespace {

TEST(Cursor, ReadsNumbersAndStringsAndStopsAtTheEnd) {
  std::array<std::byte, 21> bytes = {};
  bytes[0] = std::byte{0x78};
  bytes[1] = std::byte{0x56};
  bytes[4] = std::byte{3};
  bytes[12] = std::byte{'a'};
  bytes[14] = std::byte{'c'};
  Cursor cursor(bytes);
  EXPECT_EQ(cursor.u32("a").value(), 0x5678U);
  EXPECT_EQ(cursor.string(3, "s").value(), std::string_view("a\0c", 3));
  EXPECT_EQ(cursor.position(), 15U);
  EXPECT_EQ(cursor.remaining(), 6U);
  EXPECT_EQ(cursor.u64("the offset").error().message,
            "the offset takes 8 bytes at 15, but the file ends after 6");
  EXPECT_EQ(cursor.position(), 15U) << "a failed read takes nothing";
  EXPECT_FALSE(cursor.take(std::numeric_limits<uint64_t>::max(), "x").has_value());
  EXPECT_EQ(cursor.take(6, "x").value().size(), 6U);
  EXPECT_TRUE(cursor.take(0, "x").has_value());
  EXPECT_FALSE(cursor.take(1, "x").has_value());
}

}  // namespace
}  // namespace lar::gguf

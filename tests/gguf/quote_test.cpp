#include "gguf/quote.h"

#include <gtest/gtest.h>

namespace lar::gguf {
namespace {

TEST(Quote, KeepsTextAndEscapesTheRest) {
  EXPECT_EQ(quote("blk.0.attn_q.weight"), "'blk.0.attn_q.weight'");
  EXPECT_EQ(quote(""), "''");
  EXPECT_EQ(quote("naïve ▁"), "'naïve ▁'");
  EXPECT_EQ(quote(std::string_view("a\0b", 3)), "'a\\x00b'");
  EXPECT_EQ(quote("\n\x7f\xC2\x85\xFF"), "'\\x0a\\x7f\\xc2\\x85\\xff'");
}

TEST(Quote, CutsLongNames) {
  EXPECT_EQ(quote(std::string(100, 'x')), "'" + std::string(100, 'x') + "'");
  EXPECT_EQ(quote(std::string(101, 'x')), "'" + std::string(100, 'x') + "...'");
  EXPECT_LT(quote(std::string(100'000, '\n')).size(), 120U);
}

}  // namespace
}  // namespace lar::gguf

#include "base/result.h"

#include <gtest/gtest.h>

namespace lar {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(Code::kInvalidArgument, "odd");
  return value / 2;
}

Result<int> quarter(int value) {
  LAR_TRY(const int first, half(value));
  LAR_TRY(half(first));
  return half(first);
}

TEST(Result, TryPropagatesTheError) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
}

TEST(Result, ContextGoesInFront) {
  EXPECT_EQ(with_context(half(1), "tensor x").error().message, "tensor x: odd");
  EXPECT_EQ(code_name(half(1).error().code), "invalid_argument");
}

}  // namespace
}  // namespace lar

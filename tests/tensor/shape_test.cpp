#include "tensor/shape.h"

#include <gtest/gtest.h>

namespace lar {
namespace {

TEST(Shape, RowsAreAllDimsButTheFirst) {
  const Shape shape{.rank = 3, .dims = {64, 3, 2, 1}};
  EXPECT_EQ(shape.cols(), 64U);
  EXPECT_EQ(shape.rows(), 6U);
  EXPECT_EQ(shape.elements(), 384U);
  EXPECT_EQ(to_string(shape), "[64, 3, 2]");
}

}  // namespace
}  // namespace lar

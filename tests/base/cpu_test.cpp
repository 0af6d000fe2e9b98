#include "base/cpu.h"

#include <gtest/gtest.h>

namespace lar {
namespace {

TEST(Cpu, ScalarIsAlwaysThere) {
  EXPECT_TRUE(detect_isa().has(Isa::kScalar));
  EXPECT_GE(available_cpus(), 1);
}

TEST(Cpu, ForcingNarrowsToOneSet) {
  IsaSet machine;
  machine.add(Isa::kAvx2);
  const auto forced = force_isa(machine, "avx2");
  ASSERT_TRUE(forced.has_value());
  EXPECT_TRUE(forced->has(Isa::kAvx2));
  EXPECT_TRUE(forced->has(Isa::kScalar));
  EXPECT_FALSE(forced->has(Isa::kAvx512));
}

TEST(Cpu, ForcingWhatIsMissingOrUnknownIsAnError) {
  EXPECT_EQ(force_isa(IsaSet{}, "avx512").error().code, Code::kUnsupported);
  EXPECT_EQ(force_isa(IsaSet{}, "sse9").error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace lar

#include "quant/traits.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace lar::quant {
namespace {

TEST(Traits, EveryRowIsFoundByItsIdAndIsUnique) {
  std::set<DType> ids;
  std::set<std::string_view> names;
  for (const Traits& row : all_traits()) {
    EXPECT_TRUE(ids.insert(row.dtype).second) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(find_traits(row.dtype), &row);
    EXPECT_EQ(find_traits(static_cast<uint32_t>(row.dtype)), &row);
    EXPECT_EQ(&traits(row.dtype), &row);
    EXPECT_GT(row.block_elements, 0U);
    EXPECT_GT(row.block_bytes, 0U);
  }
  EXPECT_EQ(ids.size(), 30U);
}

TEST(Traits, UnknownIdsAreNotFound) {
  // 4, 5: removed formats; 9, 15: activation formats that no file holds; 31-33, 36-38: repacked.
  for (const uint32_t id :
       {4U, 5U, 9U, 15U, 23U + 1000U, 31U, 32U, 33U, 36U, 37U, 38U, 0xFFFFFFFFU}) {
    EXPECT_EQ(find_traits(id), nullptr) << id;
  }
}

TEST(Traits, BitsPerWeightAreThoseOfTheFormats) {
  const auto bits = [](DType dtype) {
    const Traits& row = traits(dtype);
    return 8.0 * row.block_bytes / row.block_elements;
  };
  EXPECT_EQ(bits(DType::kQ4_0), 4.5);
  EXPECT_EQ(bits(DType::kQ8_0), 8.5);
  EXPECT_EQ(bits(DType::kMXFP4), 4.25);
  EXPECT_EQ(bits(DType::kQ2_K), 2.625);
  EXPECT_EQ(bits(DType::kQ3_K), 3.4375);
  EXPECT_EQ(bits(DType::kQ4_K), 4.5);
  EXPECT_EQ(bits(DType::kQ5_K), 5.5);
  EXPECT_EQ(bits(DType::kQ6_K), 6.5625);
  EXPECT_EQ(bits(DType::kIQ1_S), 1.5625);
  EXPECT_EQ(bits(DType::kIQ2_XXS), 2.0625);
  EXPECT_EQ(bits(DType::kTQ1_0), 1.6875);
}

TEST(Traits, RowsAreWholeBlocks) {
  const Traits& q4_k = traits(DType::kQ4_K);
  EXPECT_EQ(row_bytes(q4_k, 512), 288U);
  EXPECT_EQ(row_bytes(q4_k, 0), 0U);
  EXPECT_EQ(row_bytes(q4_k, 257), std::nullopt);
  EXPECT_EQ(row_bytes(traits(DType::kF32), 7), 28U);
}

TEST(Traits, TensorBytesNeverWrap) {
  const Traits& f32 = traits(DType::kF32);
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(tensor_bytes(f32, Shape{.rank = 2, .dims = {3, 5, 1, 1}}), 60U);
  EXPECT_EQ(tensor_bytes(f32, Shape{.rank = 1, .dims = {kMax / 4, 1, 1, 1}}), std::nullopt);
  EXPECT_EQ(tensor_bytes(f32, Shape{.rank = 1, .dims = {kMax, 1, 1, 1}}), std::nullopt);
  EXPECT_EQ(tensor_bytes(f32, Shape{.rank = 2, .dims = {1ULL << 32, 1ULL << 32, 1, 1}}),
            std::nullopt);
  // Bytes fit in 63 bits, elements do not.
  EXPECT_EQ(tensor_bytes(traits(DType::kIQ1_S), Shape{.rank = 1, .dims = {1ULL << 63, 1, 1, 1}}),
            std::nullopt);
  // No bytes, but rows that do not fit.
  EXPECT_EQ(tensor_bytes(f32, Shape{.rank = 3, .dims = {0, 1ULL << 32, 1ULL << 32, 1}}),
            std::nullopt);
  EXPECT_EQ(tensor_bytes(f32, Shape{.rank = 3, .dims = {8, 0, 1ULL << 63, 1}}), std::nullopt);
  EXPECT_EQ(tensor_bytes(f32, Shape{.rank = 2, .dims = {8, 0, 1, 1}}), 0U);
  // A product that is zero modulo 2^64.
  EXPECT_EQ(
      tensor_bytes(traits(DType::kI8),
                   Shape{.rank = 4, .dims = {1ULL << 16, 1ULL << 16, 1ULL << 16, 1ULL << 16}}),
      std::nullopt);
}

TEST(Traits, EveryEncoderTakesAnyFloatAndItsBlockDecodes) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Traits& row : all_traits()) {
    if (row.encode == nullptr) continue;
    ASSERT_NE(row.decode, nullptr) << row.name;
    for (const float odd : {infinity, -infinity, nan, 3e38F, -3e38F, 1e-45F, 0.0F, -0.0F}) {
      for (const bool everywhere : {true, false}) {
        std::vector<float> in(512, everywhere ? odd : 0.25F);
        in[1] = odd;
        in[300] = -odd;
        std::vector<std::byte> blocks(512 / row.block_elements * row.block_bytes);
        std::vector<float> out(512);
        row.encode(in.data(), blocks.data(), in.size());
        row.decode(blocks.data(), out.data(), out.size());
      }
    }
  }
}

}  // namespace
}  // namespace lar::quant

#include "scheduler/placement.h"

#include <gmock/gmock.h>

namespace lar::scheduler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t kGiB = uint64_t{1} << 30;

// 1 GiB of weights, and a cache of 1 MiB a token.
Footprint megabyte_tokens(uint32_t context_max = 131'072) {
  return {.bytes =
              [](const Size& size) {
                const uint64_t cache = size.pool_tokens() << 20U;
                return Bytes{.total = kGiB + cache, .private_part = cache};
              },
          .context_max = context_max};
}

TEST(ChooseSize, GivesAsManyContextsAsAnEighthOfTheMemoryHolds) {
  const auto size =
      choose_size(megabyte_tokens(),
                  {.need = {.context = 1024}, .free_bytes = 64 * kGiB, .budget_bytes = 64 * kGiB});
  ASSERT_TRUE(size);
  EXPECT_EQ(size->pool_tokens(), 8U * 1024);
  EXPECT_EQ(size->context, 8U * 1024) << "one request may have the whole pool";
}

TEST(ChooseSize, TakesOneContextWhereMemoryIsShort) {
  const auto size =
      choose_size(megabyte_tokens(),
                  {.need = {.context = 1024}, .free_bytes = 2 * kGiB, .budget_bytes = 8 * kGiB});
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, (Size{.context = 1024, .parallel = 1}));
  EXPECT_FALSE(choose_size(
      megabyte_tokens(),
      {.need = {.context = 1024}, .free_bytes = 2 * kGiB - 1, .budget_bytes = 8 * kGiB}));
}

TEST(ChooseSize, HonoursTheContextsThatAreAskedFor) {
  const auto size = choose_size(
      megabyte_tokens(2048),
      {.need = {.context = 1024}, .parallel = 4, .free_bytes = 8 * kGiB, .budget_bytes = 8 * kGiB});
  ASSERT_TRUE(size);
  EXPECT_EQ(size->context, 2048U) << "not beyond what it was trained for";
  EXPECT_EQ(size->parallel, 2U);
}

TEST(LeastSize, RefusesWithBothNumbers) {
  const auto size = least_size(megabyte_tokens(), {.context = 4096}, 2 * kGiB);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, Code::kResourceExhausted);
  EXPECT_EQ(size.error().message,
            "model requires more system memory (4.3 GB) than is available (2.1 GB)");
}

TEST(LeastSize, ShortensOnlyAnAutomaticContext) {
  const auto size =
      least_size(megabyte_tokens(), {.context = 4096, .automatic_context = true}, 2 * kGiB);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->context, 2048U);
}

TEST(ChooseVictims, WeighsSizeAndTimeAndSparesTheBusy) {
  const std::vector<Candidate> candidates = {
      {.runner = 1, .bytes = 10, .idle = std::chrono::seconds(5)},
      {.runner = 2, .bytes = 10, .idle = std::chrono::seconds(50)},
      {.runner = 3, .bytes = 100, .busy = true},
      {.runner = 4, .bytes = 100, .idle = std::chrono::hours(1), .pinned = true},
  };
  EXPECT_THAT(choose_victims(candidates, 5, 1), ElementsAre(2));
  EXPECT_THAT(choose_victims(candidates, 20, 1), ElementsAre(2, 1));
  EXPECT_THAT(choose_victims(candidates, 100, 1), ElementsAre(4));
  EXPECT_THAT(choose_victims(candidates, 0, 0), IsEmpty());
  EXPECT_THAT(choose_victims(candidates, 1000, 1), IsEmpty()) << "nobody goes in vain";
}

}  // namespace
}  // namespace lar::scheduler

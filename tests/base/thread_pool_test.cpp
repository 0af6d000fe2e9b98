#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <numeric>

namespace lar {
namespace {

TEST(ThreadPool, EveryWorkerRunsOnceARegion) {
  ThreadPool pool(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> ran(3, 0);
    auto region = [&](int worker, int workers) {
      EXPECT_EQ(workers, 3);
      ++ran[static_cast<size_t>(worker)];
    };
    pool.run(region);
    EXPECT_EQ(ran, (std::vector<int>{1, 1, 1}));
  }
}

TEST(ThreadPool, BarrierOrdersPhases) {
  ThreadPool pool(4);
  std::vector<int> first(4, 0);
  std::vector<int> sums(4, 0);
  auto region = [&](int worker, int) {
    for (int phase = 1; phase <= 100; ++phase) {
      first[static_cast<size_t>(worker)] = phase;
      pool.barrier().wait();
      sums[static_cast<size_t>(worker)] += std::accumulate(first.begin(), first.end(), 0);
      pool.barrier().wait();
    }
  };
  pool.run(region);
  EXPECT_EQ(sums, std::vector<int>(4, 4 * 5050));
}

TEST(SplitRange, CoversAllOnceInGrains) {
  for (const int64_t count : {0, 1, 7, 64, 1000}) {
    int64_t next = 0;
    for (int worker = 0; worker < 3; ++worker) {
      const Range range = split_range(count, worker, 3, 8);
      EXPECT_EQ(range.begin, next);
      EXPECT_TRUE(range.end == count || range.end % 8 == 0);
      next = range.end;
    }
    EXPECT_EQ(next, count);
  }
}

}  // namespace
}  // namespace lar

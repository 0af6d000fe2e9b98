#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <numeric>
#include <thread>

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
      pool.barrier().wait(worker);
      sums[static_cast<size_t>(worker)] += std::accumulate(first.begin(), first.end(), 0);
      pool.barrier().wait(worker);
    }
  };
  pool.run(region);
  EXPECT_EQ(sums, std::vector<int>(4, 4 * 5050));
}

// Processor time of all threads of this process.
std::chrono::milliseconds processor_time() {
  timespec time = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::milliseconds(time.tv_sec * 1000 + time.tv_nsec / 1'000'000);
}

TEST(ThreadPool, WhoWaitsLongLeavesItsCoreToOthers) {
  ThreadPool pool(3);
  const auto before = processor_time();
  auto region = [&](int worker, int) {
    if (worker == 0) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    pool.barrier().wait(worker);
    if (worker == 2) std::this_thread::sleep_for(std::chrono::milliseconds(300));
  };
  pool.run(region);
  EXPECT_LT((processor_time() - before).count(), 100);
}

TEST(ThreadPool, MoreWorkersThanCoresMeetAtEveryBarrier) {
  constexpr int kWorkers = 12;
  ThreadPool pool(kWorkers);
  std::atomic<int> arrived = 0;
  std::atomic<int> early = 0;
  auto region = [&](int worker, int) {
    for (int phase = 1; phase <= 500; ++phase) {
      arrived.fetch_add(1);
      pool.barrier().wait(worker);
      if (arrived.load() < phase * kWorkers) early.fetch_add(1);
    }
  };
  for (int round = 1; round <= 5; ++round) {
    arrived = 0;
    pool.run(region);
    EXPECT_EQ(arrived.load(), 500 * kWorkers);
  }
  EXPECT_EQ(early.load(), 0);
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

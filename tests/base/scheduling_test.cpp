#include "base/scheduling.h"

#include <gtest/gtest.h>

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cstdint>
#include <thread>

namespace lar {
namespace {

#ifdef __linux__
// Nanoseconds of a turn of the calling thread, 0 where the kernel does not tell.
uint64_t turn_ns() {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {};
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0U) != 0) return 0;
  return attributes.runtime;
}

TEST(Scheduling, ShortTurnsAreNotInherited) {
  if (turn_ns() == 0) GTEST_SKIP() << "this kernel has no turns of a chosen length";
  if (::getpriority(PRIO_PROCESS, 0) < 0) GTEST_SKIP() << "the priority is raised";
  const uint64_t usual = turn_ns();
  uint64_t shortened = 0;
  uint64_t of_child = 0;
  int nice_of_child = -1;
  std::thread([&] {
    prefer_latency();
    shortened = turn_ns();
    std::thread([&] {
      of_child = turn_ns();
      nice_of_child = ::getpriority(PRIO_PROCESS, 0);
    }).join();
  }).join();
  EXPECT_LT(shortened, usual);
  EXPECT_EQ(of_child, usual);
  EXPECT_EQ(nice_of_child, ::getpriority(PRIO_PROCESS, 0));
}

TEST(Scheduling, LongTurnsAreInherited) {
  if (turn_ns() == 0) GTEST_SKIP() << "this kernel has no turns of a chosen length";
  if (::getpriority(PRIO_PROCESS, 0) < 0) GTEST_SKIP() << "the priority is raised";
  const uint64_t usual = turn_ns();
  uint64_t lengthened = 0;
  uint64_t of_child = 0;
  std::thread([&] {
    prefer_throughput();
    lengthened = turn_ns();
    std::thread([&] { of_child = turn_ns(); }).join();
  }).join();
  EXPECT_GT(lengthened, usual);
  EXPECT_EQ(of_child, lengthened);
  EXPECT_EQ(turn_ns(), usual);
}
#endif

TEST(Scheduling, AskingTwiceIsHarmless) {
  std::thread([] {
    prefer_latency();
    prefer_latency();
  }).join();
}

}  // namespace
}  // namespace lar

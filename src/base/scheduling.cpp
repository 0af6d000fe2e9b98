#include "base/scheduling.h"

#ifdef __linux__
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#endif

namespace lar {

#ifdef __linux__
namespace {

// As the kernel has it in its first version; the C library has no name for it yet.
struct SchedAttributes {
  uint32_t size = sizeof(SchedAttributes);
  uint32_t policy = SCHED_OTHER;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 0;  // of a SCHED_OTHER thread: how long its turns are
  uint64_t deadline = 0;
  uint64_t period = 0;
};
static_assert(sizeof(SchedAttributes) == 48);

constexpr uint64_t kResetOnFork = 1;
constexpr uint64_t kShortTurnNs = 100'000;  // the shortest that the kernel grants
// A thread that wakes up takes the core where its turn would end first. With turns of 1.4 ms (two
// cores) it would not in the last part of each, and then wait for the next tick, up to 4 ms.
constexpr uint64_t kLongTurnNs = 20'000'000;

void ask_for_turns(uint64_t turn_ns, uint64_t flags) {
  errno = 0;
  const int nice = ::getpriority(PRIO_PROCESS, 0);
  // A raised priority may not be set again without a privilege, and says enough by itself.
  if (errno != 0 || nice < 0) return;
  const SchedAttributes wish{.flags = flags, .nice = nice, .runtime = turn_ns};
  (void)::syscall(SYS_sched_setattr, 0, &wish, 0U);
}

}  // namespace

void prefer_latency() {
  ask_for_turns(kShortTurnNs, kResetOnFork);
}
void prefer_throughput() {
  ask_for_turns(kLongTurnNs, 0);
}
#else
void prefer_latency() {}
void prefer_throughput() {}
#endif

}  // namespace lar

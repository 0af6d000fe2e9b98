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

}  // namespace

void prefer_latency() {
  errno = 0;
  const int nice = ::getpriority(PRIO_PROCESS, 0);
  // A raised priority would be lost to children by the reset, and says enough by itself.
  if (errno != 0 || nice < 0) return;
  const SchedAttributes wish{.flags = kResetOnFork, .nice = nice, .runtime = kShortTurnNs};
  (void)::syscall(SYS_sched_setattr, 0, &wish, 0U);
}
#else
void prefer_latency() {}
#endif

}  // namespace lar

#include "runner/syscall_filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace lar::runner {
namespace {

// Whatever their arguments.
constexpr int kAllowed[] = {
    // The inherited socket, and the files that are open.
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close),
    SCMP_SYS(lseek), SCMP_SYS(fstat),
    // Memory, but for the protections below.
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mincore),
    // Threads of this process.
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getpriority), SCMP_SYS(getcpu), SCMP_SYS(gettid), SCMP_SYS(getpid),
    SCMP_SYS(membarrier), SCMP_SYS(restart_syscall),
    // Signals that this process gets.
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    // Time and chance.
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getrusage)};

struct FilterCloser {
  void operator()(void* filter) const { seccomp_release(filter); }
};

// Collects the first failure of many rules.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  template <class... Argument>
  void allow(int call, Argument... arguments) {
    add(SCMP_ACT_ALLOW, call, arguments...);
  }
  template <class... Argument>
  void add(uint32_t action, int call, Argument... arguments) {
    if (call == __NR_SCMP_ERROR) return;
    const int code = seccomp_rule_add(filter_, action, call, sizeof...(arguments), arguments...);
    // A call that this architecture lacks needs no rule.
    if (code < 0 && code != -EDOM && error_ == 0) error_ = code;
  }

  int error() const { return error_; }

 private:
  scmp_filter_ctx filter_;
  int error_ = 0;
};

scmp_arg_cmp bits(unsigned argument, uint64_t mask, uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}
scmp_arg_cmp equal(unsigned argument, uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}

void add_rules(Rules& rules) {
  for (const int call : kAllowed) rules.allow(call);
  // How this thread takes turns; it has no privilege to take more than its share.
  rules.allow(SCMP_SYS(sched_setattr), equal(0, 0));
  // No memory that can be run.
  rules.allow(SCMP_SYS(mmap), bits(2, PROT_EXEC, 0));
  rules.allow(SCMP_SYS(mprotect), bits(2, PROT_EXEC, 0));
  // New threads and no new processes. The arguments of clone3 cannot be seen: without it the C
  // library takes clone.
  rules.allow(SCMP_SYS(clone), bits(0, CLONE_THREAD, CLONE_THREAD));
  rules.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
  // Sending on the connected socket alone: no address.
  rules.allow(SCMP_SYS(sendto), equal(4, 0));
  // Signals to itself (abort); limits of its own, which can only be lowered.
  rules.allow(SCMP_SYS(tgkill), equal(0, static_cast<uint64_t>(::getpid())));
  rules.allow(SCMP_SYS(prlimit64), equal(0, 0));
  for (const int command : {F_GETFD, F_GETFL, F_SETFL}) {
    rules.allow(SCMP_SYS(fcntl), equal(1, static_cast<uint64_t>(command)));
  }
  // Newer C libraries ask with it for the size of an open file; it could also tell of a path's.
  rules.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(statx));
}

std::unexpected<Error> failed(int code) {
  return fail(Code::kUnsupported,
              std::string("seccomp: ") + std::strerror(code < 0 ? -code : code));
}

}  // namespace

Result<void> install_syscall_filter() {
  const std::unique_ptr<void, FilterCloser> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return failed(ENOMEM);
  Rules rules(filter.get());
  add_rules(rules);
  if (rules.error() != 0) return failed(rules.error());
  if (const int code = seccomp_load(filter.get()); code < 0) return failed(code);
  return {};
}

}  // namespace lar::runner

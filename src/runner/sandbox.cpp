#include "runner/sandbox.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <new>

#include "base/sanitized.h"
#include "runner/syscall_filter.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace lar::runner {
namespace {

std::string reason(const char* what) {
  return fmt::format("{}: {}", what, std::strerror(errno));
}

void set_limit(int resource, rlim_t value) {
  const rlimit limit{.rlim_cur = value, .rlim_max = value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

bool drop_privileges(SandboxReport& report) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    report.lacks.push_back(reason("no_new_privs"));
    return false;
  }
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[2] = {};
  if (::syscall(SYS_capset, &header, none) != 0) {
    report.lacks.push_back(reason("dropping capabilities"));
    return false;
  }
  return true;
}

// The kernel's structure in its newest form; older kernels take its beginning.
struct LandlockRules {
  uint64_t files = 0;
  uint64_t network = 0;
  uint64_t scopes = 0;
};

// All that a version of the interface can deny; nothing is allowed in exchange.
size_t landlock_rules(int64_t version, LandlockRules& rules) {
  constexpr uint64_t kFirstVersionFiles = (1U << 13) - 1;
  rules.files = kFirstVersionFiles;
  if (version >= 2) rules.files |= 1U << 13;  // moving between folders
  if (version >= 3) rules.files |= 1U << 14;  // truncating
  if (version >= 5) rules.files |= 1U << 15;  // ioctl on devices
  if (version >= 4) rules.network = 3;        // binding and connecting TCP
  if (version >= 6) rules.scopes = 3;         // abstract Unix sockets, signals to others
  return version >= 6 ? 24 : version >= 4 ? 16 : 8;
}

int64_t landlock_version() {
  constexpr uint32_t kAskVersion = 1;
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
}

bool landlock(SandboxReport& report) {
  const int64_t version = landlock_version();
  if (version < 1) {
    report.lacks.emplace_back("Landlock: not in this kernel");
    return false;
  }
  LandlockRules rules;
  const size_t bytes = landlock_rules(version, rules);
  const auto ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, bytes, 0));
  if (ruleset < 0) {
    report.lacks.push_back(reason("Landlock"));
    return false;
  }
  const bool restricted = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  if (!restricted) report.lacks.push_back(reason("Landlock"));
  ::close(ruleset);
  return restricted;
}

bool syscall_filter(SandboxReport& report) {
  const Result<void> filtered = install_syscall_filter();
  if (!filtered) report.lacks.push_back(filtered.error().message);
  return filtered.has_value();
}

[[noreturn]] void out_of_memory() {
  ::_exit(kExitMemoryLimit);
}

}  // namespace

SandboxReport probe_sandbox() {
  SandboxReport report;
  if (landlock_version() < 1) report.lacks.emplace_back("Landlock: not in this kernel");
  const uint32_t action = SECCOMP_RET_ERRNO;
  if (::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0) {
    report.lacks.emplace_back("seccomp: not in this kernel");
  }
  if (!report.lacks.empty()) report.state = SandboxState::kDegraded;
  return report;
}

Result<SandboxReport> enter_sandbox(SandboxMode mode) {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, 0);
  std::signal(SIGXFSZ, SIG_IGN);  // a log that is a file: the write fails, the process lives
  SandboxReport report;
  if (mode == SandboxMode::kOff) {
    report.state = SandboxState::kOff;
    report.lacks.emplace_back("the sandbox is switched off");
    return report;
  }
  ::tzset();  // reads the time zone's file while it can
  const bool privileges = drop_privileges(report);
  const bool files = landlock(report);
  const bool calls = syscall_filter(report);
  if (!privileges || !files || !calls) report.state = SandboxState::kDegraded;
  if (report.state != SandboxState::kFull && mode == SandboxMode::kRequired) {
    std::string all;
    for (const std::string& lack : report.lacks) all += (all.empty() ? "" : "; ") + lack;
    return fail(Code::kUnsupported, "the sandbox is required and not whole: " + all);
  }
  return report;
}

void keep_descriptors_up_to(int last) {
  ::syscall(SYS_close_range, static_cast<unsigned>(last) + 1, ~0U, 0);
  // Landlock needs one for a moment.
  set_limit(RLIMIT_NOFILE, static_cast<rlim_t>(last) + 2);
}

void limit_memory(uint64_t private_bytes) {
  std::set_new_handler(out_of_memory);
  if constexpr (kSanitized) return;
  set_limit(RLIMIT_DATA, private_bytes);
}

void forbid_new_threads() {
  set_limit(RLIMIT_NPROC, 0);
}

}  // namespace lar::runner

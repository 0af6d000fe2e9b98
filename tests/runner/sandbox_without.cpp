// Enters the sandbox where the kernel has neither Landlock nor a second filter: an outer filter
// answers for them as an old kernel would.
#include <seccomp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "runner/sandbox.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  constexpr int kLandlockCreateRuleset = 444;
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), kLandlockCreateRuleset, 0);
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0);
  if (seccomp_load(filter) != 0) {
    std::puts("no outer filter");
    return 3;
  }
  seccomp_release(filter);
  const auto mode = std::string_view(argv[1]) == "required" ? lar::runner::SandboxMode::kRequired
                                                            : lar::runner::SandboxMode::kBestEffort;
  const auto sandbox = lar::runner::enter_sandbox(mode);
  if (!sandbox) {
    std::puts(sandbox.error().message.c_str());
    return 1;
  }
  std::puts(sandbox->state == lar::runner::SandboxState::kDegraded ? "degraded" : "full");
  for (const auto& lack : sandbox->lacks) std::puts(lack.c_str());
  std::fflush(stdout);
  ::_exit(0);
}

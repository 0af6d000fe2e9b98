#include "runner/exit_reason.h"

#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include "runner/runner_main.h"
#include "runner/sandbox.h"

namespace lar::runner {

std::string exit_reason(int status) {
  if (WIFSIGNALED(status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    if (name == nullptr) return "signal " + std::to_string(WTERMSIG(status));
    return std::string("SIG") + name;
  }
  const int code = WEXITSTATUS(status);
  switch (code) {
    case kExitMemoryLimit: return "memory_limit";
    case kExitProtocol: return "protocol error";
    case kExitSandbox: return "sandbox";
    default: return "exit code " + std::to_string(code);
  }
}

}  // namespace lar::runner

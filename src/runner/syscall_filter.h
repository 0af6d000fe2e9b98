// The system calls that a runner may make; every other fails with EPERM.
#pragma once

#include "base/result.h"

namespace lar::runner {

// For this process and its threads, for ever. Errors: unsupported.
Result<void> install_syscall_filter();

}  // namespace lar::runner

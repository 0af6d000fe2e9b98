// What the end of a process says about its cause, in words that a user may read.
#pragma once

#include <string>

namespace lar::runner {

// `status` of waitpid: "SIGSEGV", "exit code 3", "memory_limit".
std::string exit_reason(int status);

}  // namespace lar::runner

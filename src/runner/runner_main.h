// The runner's side of the boundary: a process that loads one model and answers requests until its
// socket closes. Started by Supervisor; nobody else has a reason to.
#pragma once

namespace lar::runner {

// What a runner inherits.
inline constexpr int kSocketFd = 3;
inline constexpr int kFirstModelFd = 4;

// Exit codes beside kExitMemoryLimit.
inline constexpr int kExitProtocol = 87;  // the server sent what no server sends
inline constexpr int kExitSandbox = 88;   // the sandbox is required and not whole

// Serves kSocketFd; returns the exit code.
int run_runner();

}  // namespace lar::runner

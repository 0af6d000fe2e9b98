// What a process gives up before it touches a model file: files, network, other processes, new
// programs, privileges, and all memory and descriptors beyond what it needs. Linux only; what the
// kernel lacks is reported, never passed over in silence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "runner/loaded.h"

namespace lar::runner {

enum class SandboxMode : uint8_t { kOff, kBestEffort, kRequired };

struct SandboxReport {
  SandboxState state = SandboxState::kFull;
  std::vector<std::string> lacks;  // a sentence each
};

// What enter_sandbox would find, without entering: for a server that wants to say it at its start.
SandboxReport probe_sandbox();

// For the whole life of the process; call it while there is one thread. Afterwards only threads can
// be made, memory taken (never executable) and open descriptors used.
// Errors: unsupported in kRequired where anything is lacking.
Result<SandboxReport> enter_sandbox(SandboxMode mode);

// Closes all descriptors after `last`; no more than these fit from now on.
void keep_descriptors_up_to(int last);

// Bounds private memory from now on. Where a limit is met the process ends with
// kExitMemoryLimit (see limit_memory's new-handler).
void limit_memory(uint64_t private_bytes);
inline constexpr int kExitMemoryLimit = 86;

// No more threads than there are now: call it when the last has started.
void forbid_new_threads();

}  // namespace lar::runner

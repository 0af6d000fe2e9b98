// Starts this program again as a runner.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace lar::runner {

struct SpawnedRunner {
  int pid = -1;
  Fd socket;  // non-blocking, close-on-exec
};

// `program` gets `arguments`; of our descriptors it has stderr, the socket and `files` alone, in
// the places that runner_main.h names. It leads a process group of its own. It dies with the thread
// that calls this, at the latest. Errors: not_found, resource_exhausted, unavailable.
Result<SpawnedRunner> spawn_runner(const std::string& program,
                                   const std::vector<std::string>& arguments,
                                   std::span<const Fd> files);

}  // namespace lar::runner

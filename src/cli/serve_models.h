// What `lar serve` takes from the environment about running models.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "runner/sandbox.h"
#include "scheduler/local_service.h"

namespace lar::cli {

struct ModelServing {
  scheduler::ServiceOptions service;
  runner::SandboxMode sandbox = runner::SandboxMode::kBestEffort;
  std::optional<bool> prefer_go;      // OLLAMA_GO_TEMPLATE
  std::vector<std::string> warnings;  // variables that are not honoured, or make no sense
};

// Variables that are read:
//   OLLAMA_MAX_LOADED_MODELS, OLLAMA_NUM_PARALLEL, OLLAMA_MAX_QUEUE, OLLAMA_KEEP_ALIVE,
//   OLLAMA_LOAD_TIMEOUT, OLLAMA_CONTEXT_LENGTH, OLLAMA_KV_CACHE_TYPE, OLLAMA_GO_TEMPLATE
//   OLLAMA_FLASH_ATTENTION, OLLAMA_GPU_OVERHEAD, OLLAMA_SCHED_SPREAD: said to do nothing yet
//   LAR_SANDBOX     off, required, or as much as there is
//   LAR_QUEUE_TIMEOUT  how long a request may wait while nothing is loaded for it
// As in Ollama a value that makes no sense is a warning and the default stands. Errors:
// invalid_argument, a LAR_ variable that makes no sense.
Result<ModelServing> model_serving(const Environment& environment);

}  // namespace lar::cli

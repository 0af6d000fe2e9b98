// A loaded model in a process of its own, as the server sees it: values in, events out, nothing
// blocks. The interface that the scheduler works with; Supervisor implements it, tests fake it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "runner/loaded.h"
#include "runtime/inference.h"
#include "runtime/model.h"

namespace lar::runner {

// Chosen by the caller, unique in the life of a runner, never 0.
using RequestId = uint64_t;

struct LoadSpec {
  std::string name;             // of the model, for messages
  std::string key;              // of what is loaded (a digest): crashes are counted by it
  std::vector<Fd> model_files;  // parts in order, open for reading
  std::vector<Fd> projectors;   // vision and audio; refused until they are supported
  std::vector<Fd> adapters;     // LoRA; refused until they are supported
  runtime::PromptStyle style;
  runtime::LoadOptions options;
};

// What a runner holds at the moment; from its last heartbeat.
struct RunnerStats {
  uint32_t running = 0;  // sequences
  uint32_t waiting = 0;
  uint32_t blocks = 0;  // of the KV cache
  uint32_t blocks_in_use = 0;
  uint32_t blocks_cached = 0;
  uint64_t generated_tokens = 0;  // since it was loaded
  uint64_t prompt_tokens = 0;
  uint64_t cached_tokens = 0;
  uint64_t resident_bytes = 0;  // private memory of the process
};

// Why a runner is gone. `error` is what its open requests were told.
struct Ended {
  enum class Cause : uint8_t {
    kStopped,      // stop()
    kLoadFailed,   // it said what is wrong with the model; its error is passed on
    kSpawnFailed,  // the process could not be started or not be sandboxed
    kCrashed,      // a signal, an exit code, memory_limit
    kHung,         // no heartbeat
    kProtocol,     // it sent what no runner sends
    kRefused,      // it crashed too often of late: not started again yet
  };
  Cause cause = Cause::kStopped;
  Error error;
};

// All are called on the executor's thread, never from within a call to a Runner.
struct RunnerCallbacks {
  std::function<void(uint64_t done_bytes, uint64_t total_bytes)> on_progress;
  std::function<void(const Loaded&)> on_loaded;
  // Once, after every open request has got its last event; nothing comes after it.
  std::function<void(const Ended&)> on_ended;
};

// Gets the events of one request; the last is one for which runtime::is_final() holds, and each
// request gets exactly one of these, whatever happens to the runner.
using EventSink = std::function<void(runtime::Event&&)>;

// Lives on one executor: every call comes from its thread. Destroying a Runner kills its process
// at once and calls nothing any more.
class Runner {
 public:
  virtual ~Runner() = default;

  // Before the model is loaded requests wait in the runner's inbox. The answer to a request that
  // cannot be taken is its Error.
  virtual void submit(RequestId id, runtime::Request request, EventSink sink) = 0;

  // In any phase. Its last event follows (GenerateDone with kCancelled, or an Error with code
  // cancelled); an unknown id is ignored.
  virtual void cancel(RequestId id) = 0;

  // Ends loading or serving: open requests get an Error with code unavailable. on_ended follows
  // within kStopDeadline.
  virtual void stop() = 0;

  virtual RunnerStats stats() const = 0;
  virtual int pid() const = 0;  // -1 where there is no process
};

class RunnerFactory {
 public:
  virtual ~RunnerFactory() = default;

  // Starts loading. Whatever goes wrong is told by on_ended.
  virtual std::unique_ptr<Runner> start(LoadSpec spec, RunnerCallbacks callbacks) = 0;
};

}  // namespace lar::runner

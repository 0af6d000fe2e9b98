// What the endpoints ask for loaded models: a request goes in, its events come out, whatever has to
// be loaded, waited for or unloaded for it. LocalService implements it; tests use a fake.
//
//   auto stream = service.submit(std::move(order));
//   LAR_CO_TRY(Ready ready, co_await stream->ready());   // waits in the queue and for the load
//   for (;;) {
//     runtime::Event event = co_await stream->next();
//     ...
//     if (runtime::is_final(event)) break;
//   }
//
// Destroying the stream cancels the request in whatever phase it is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/inference.h"
#include "store/digest.h"

namespace lar::scheduler {

// A model as the store has it: what a runner is started with, and what `ps` tells of it.
struct ModelRef {
  std::string name;                    // the shortest form: "llama3.2:latest"
  std::string digest;                  // of the manifest, in hex without a prefix
  std::vector<store::Digest> weights;  // parts in order
  std::vector<store::Digest> projectors;
  std::vector<store::Digest> adapters;
  // Loaded with it. Names that share weights, projectors, adapters, renderer and parser, and
  // all have a Go template or none, share a runner; a request with another template brings it along
  // (GenerateRequest::go_template).
  runtime::PromptStyle style;

  // For `ps`.
  std::string parent_model;
  std::string format;
  std::string family;
  std::vector<std::string> families;
  std::string parameter_size;
  std::string quantization_level;
};

struct Order {
  ModelRef model;
  // Of these, what is taken at load: num_ctx, num_batch, num_thread. The service puts the context
  // that the request is granted into the request itself.
  runtime::Options options;
  std::optional<std::chrono::nanoseconds> keep_alive;  // negative: for ever; 0: unload after it
  std::optional<runtime::Request> request;             // nullopt: only load
};

// The request has a runner, or the model is loaded where only that was asked for.
struct Ready {
  std::chrono::nanoseconds load{0};   // from submit until now: queue and load
  uint32_t context = 0;               // tokens that the request may have
  std::vector<std::string> warnings;  // a sentence each: what is not as it was asked for
};

class Stream {
 public:
  virtual ~Stream() = default;

  // Waits until the request has a runner. Errors: resource_exhausted (memory), unavailable (queue
  // full, shutting down; see retry_after), deadline_exceeded, cancelled, and what is wrong with the
  // model. After an error there is nothing to wait for.
  virtual boost::asio::awaitable<Result<Ready>> ready() = 0;

  // The next event; only after ready(), and not after a final one. Deltas that came while nobody
  // waited are joined. An Error ends the stream.
  virtual boost::asio::awaitable<runtime::Event> next() = 0;

  // When to try again, after an error with code unavailable.
  virtual std::optional<std::chrono::seconds> retry_after() const = 0;
};

struct LoadedModel {
  ModelRef model;
  enum class State : uint8_t { kLoading, kReady, kStopping } state = State::kLoading;
  double progress = 0.0;      // of loading, 0 to 1
  uint64_t bytes = 0;         // in memory, by its exact plan
  uint64_t device_bytes = 0;  // the part of it on a GPU
  uint32_t context = 0;       // tokens of a request, as of the latest one
  uint32_t active = 0;        // requests that it works on
  // When it leaves if nothing comes; nullopt: never.
  std::optional<std::chrono::system_clock::time_point> expires_at;
};

// Numbers for /metrics.
struct ServiceStats {
  uint64_t accepted = 0;
  uint64_t rejected = 0;  // queue full
  uint64_t failed = 0;
  uint64_t loads = 0;
  uint64_t crashes = 0;
  uint64_t prompt_tokens = 0;
  uint64_t cached_tokens = 0;
  uint64_t generated_tokens = 0;
  uint32_t waiting = 0;
  uint32_t running = 0;
};

// Every method may be called from any thread; a stream belongs to one coroutine.
class Service {
 public:
  virtual ~Service() = default;

  virtual std::unique_ptr<Stream> submit(Order order) = 0;

  // Lets the model's runner go when its work is done. Nothing happens where none is loaded.
  virtual void unload(const ModelRef& model) = 0;

  // What is in memory or on its way, the one that stays longest first.
  virtual std::vector<LoadedModel> models() const = 0;

  virtual ServiceStats stats() const = 0;
};

}  // namespace lar::scheduler

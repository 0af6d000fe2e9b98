// The values that the scheduler's core takes and gives: plain, without processes, clocks or models.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

namespace lar::scheduler {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::nanoseconds;  // since some fixed moment

using RequestId = uint64_t;
using RunnerId = uint64_t;

// What a model is loaded with: a cache of context * parallel tokens that all its requests share.
struct Size {
  uint32_t context = 0;   // tokens that one request may have
  uint32_t parallel = 1;  // requests of that length that fit at the same time

  uint64_t pool_tokens() const { return uint64_t{context} * parallel; }
  bool operator==(const Size&) const = default;
};

struct Bytes {
  uint64_t total = 0;         // with the weights, which the page cache may drop and read again
  uint64_t private_part = 0;  // what cannot be dropped
};

// What a model takes in memory, exactly. A pure function of the size.
struct Footprint {
  std::function<Bytes(const Size&)> bytes;
  uint32_t context_max = UINT32_MAX;  // tokens it was trained for
};

// What a request needs of a runner that is fixed when the model is loaded.
struct Need {
  uint32_t context = 4096;         // tokens; at most Footprint::context_max
  bool automatic_context = false;  // nobody asked for it: less will do where memory is short
  std::optional<uint32_t> batch;
  std::optional<uint32_t> threads;
};

struct Arrival {
  RequestId id = 0;
  std::string key;  // requests of one key share a runner
  Need need;
  std::optional<Duration> keep_alive;  // negative: for ever; in place of the runner's
  bool load_only = false;              // done when the model is in memory
  bool again = false;                  // its first runner died: it does not queue a second time
  std::shared_ptr<const Footprint> footprint;
};

struct Limits {
  uint32_t loaded_max = 3;     // runners at the same time, loading and ending ones too
  uint32_t parallel = 0;       // full contexts of a runner; 0: chosen from the memory plan
  uint32_t running_max = 64;   // requests that one runner works on
  uint32_t waiting_max = 512;  // requests that wait for a runner
  Duration keep_alive = std::chrono::minutes(5);      // negative: for ever
  Duration load_timeout = std::chrono::minutes(5);    // without progress; <= 0: none
  Duration queue_timeout = std::chrono::minutes(10);  // of waiting while nothing is loading for it
  Duration service_min = std::chrono::seconds(1);     // of a runner before it has to make room
  Duration stop_timeout = std::chrono::seconds(8);    // then it is dropped
};

// Starts loading. `first` is the request that made it necessary.
struct StartRunner {
  RunnerId runner = 0;
  RequestId first = 0;
  Size size;
  std::optional<uint32_t> batch;
  std::optional<uint32_t> threads;
};
// Asks it to end; Core::ended follows.
struct StopRunner {
  RunnerId runner = 0;
};
// Kills it; nothing of it follows. Its requests fail with the error.
struct DropRunner {
  RunnerId runner = 0;
  Error error;
};
// Hands a request to a runner; Core::finished follows, but not for one that only loads.
struct AttachRequest {
  RequestId request = 0;
  RunnerId runner = 0;
  uint32_t context = 0;  // tokens it may have: what it needs, or less where that was automatic
  bool again = false;    // a runner has died on it already
};
// Asks a runner to end a request early; Core::finished follows.
struct CancelRequest {
  RequestId request = 0;
  RunnerId runner = 0;
};
struct FailRequest {
  RequestId request = 0;
  Error error;
  std::optional<std::chrono::seconds> retry_after;
};

using Action =
    std::variant<StartRunner, StopRunner, DropRunner, AttachRequest, CancelRequest, FailRequest>;

enum class RunnerState : uint8_t { kLoading, kReady, kDraining, kStopping };

// A runner as `ps` shows it.
struct RunnerView {
  RunnerId runner = 0;
  std::string key;
  RunnerState state = RunnerState::kLoading;
  Size size;
  Bytes bytes;
  uint32_t context = 0;  // of its latest request
  uint64_t loaded_bytes = 0;
  uint64_t load_bytes = 0;  // 0: not known yet
  size_t active = 0;
  std::optional<Time> expires;  // nullopt: never; of a busy one: if it became idle now
};

}  // namespace lar::scheduler

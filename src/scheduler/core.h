// Which models are in memory and who waits for them: a state machine without processes, threads or
// a clock. Whoever drives it tells what happened and when, and carries out the actions that it
// answers with. The same events in the same order give the same actions.
//
//   loading -> ready <-> draining -> stopping -> gone
//
// A draining runner finishes what it works on and takes nothing new, because it has to make room or
// was told to go; if the room is not needed any more it is ready again. Requests wait in one queue,
// in order of arrival; those of one key are attached in that order.
//
// Promises: every arrival gets exactly one of AttachRequest and FailRequest; none waits without an
// end; what is loaded stays within the budget of memory and count; a runner serves for
// Limits::service_min before it makes room.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "scheduler/types.h"

namespace lar::scheduler {

class Core {
 public:
  Core(const Limits& limits, uint64_t budget_bytes) : limits_(limits), budget_(budget_bytes) {}

  // Events. `now` never goes back. A request that arrives again goes before all others and is never
  // refused.
  void arrive(Time now, Arrival arrival);
  void cancel(Time now, RequestId id);
  // Makes the runner of a key go when its work is done; requests that come later load it again.
  void unload(Time now, const std::string& key);
  void progress(Time now, RunnerId id, uint64_t done_bytes, uint64_t total_bytes);
  void loaded(Time now, RunnerId id);
  // The process is gone, for whatever reason. Requests that wait for its load get the error; after
  // a crash only those that have met one before, for the others it is loaded again.
  void ended(Time now, RunnerId id, const Error& error, bool crashed = false);
  void finished(Time now, RequestId id);
  void tick(Time now);

  // What all models together may take from now on.
  void set_budget(uint64_t bytes) { budget_ = bytes; }
  uint64_t budget() const { return budget_; }

  std::vector<Action> take_actions();

  // When tick() has to be called at the latest; nullopt: nothing is pending.
  std::optional<Time> next_deadline() const;

  std::vector<RunnerView> runners() const;
  size_t waiting() const { return queue_.size(); }
  // Whether one is loaded or loading that is not on its way out.
  bool has_runner(const std::string& key) const { return find(key) != nullptr; }

  // What is wrong with the state, or nothing. For tests.
  std::vector<std::string> broken_invariants() const;

 private:
  struct Waiting {
    Arrival arrival;
    Time arrived{0};
    Time deadline{0};
  };
  struct Runner {
    RunnerId id = 0;
    std::string key;
    RunnerState state = RunnerState::kLoading;
    bool unload = false;  // draining because it was told to, not to make room
    Size size;
    Bytes bytes;
    bool reduced = false;  // its context is smaller than the automatic one
    std::optional<uint32_t> batch;
    std::optional<uint32_t> threads;
    uint32_t latest_context = 0;
    Duration keep_alive{0};
    Time ready_at{0};
    Time idle_since{0};
    Time deadline{0};  // of loading without progress, or of stopping
    uint64_t loaded_bytes = 0;
    uint64_t load_bytes = 0;
    std::set<RequestId> active;
  };
  struct Active {
    RunnerId runner = 0;
    Time since{0};
    bool cancelled = false;
  };
  // Room that earlier requests in the queue wait for.
  struct Claims {
    uint64_t bytes = 0;
    uint32_t runners = 0;
    std::set<RunnerId> victims;
  };

  void settle();
  void end_overdue();
  void attach_waiting();
  void attach(const Waiting& waiting, Runner& runner);
  void expire_idle();
  void place_waiting();
  void place(const Waiting& waiting, Claims& claims);
  void make_room(uint64_t bytes, Claims& claims);
  void start(const Waiting& waiting, const Size& size, bool reduced);
  void drain(Runner& runner, Claims& claims);
  void stop_drained(const Claims& claims);
  void abort_unwanted();
  void stop(Runner& runner);
  void drop(RunnerId id, const Error& error);
  void fail(const Waiting& waiting, Error error);
  void fail_waiting(const std::string& key, const Error& error, bool crashed = false);
  std::chrono::seconds retry_after() const;

  Runner* find(const std::string& key);
  const Runner* find(const std::string& key) const;
  bool serves(const Runner& runner, const Need& need) const;
  bool can_attach(const Arrival& arrival) const;
  uint32_t context_of(const Runner& runner, const Need& need) const;
  uint64_t used_bytes() const;
  std::optional<Time> expiry(const Runner& runner) const;

  Limits limits_;
  uint64_t budget_;
  Time now_{0};
  RunnerId last_runner_ = 0;
  std::deque<Waiting> queue_;
  std::map<RunnerId, Runner> runners_;
  std::map<RequestId, Active> active_;
  std::optional<Time> wake_;  // when a runner has served long enough to make room
  Duration service_mean_ = std::chrono::seconds(1);  // of a request, roughly
  std::vector<Action> actions_;
};

}  // namespace lar::scheduler

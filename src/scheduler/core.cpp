#include "scheduler/core.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "scheduler/placement.h"

namespace lar::scheduler {

void Core::arrive(Time now, Arrival arrival) {
  now_ = now;
  Waiting waiting{
      .arrival = std::move(arrival), .arrived = now, .deadline = now + limits_.queue_timeout};
  if (waiting.arrival.again) {
    const auto place =
        std::ranges::find_if(queue_, [](const Waiting& w) { return !w.arrival.again; });
    queue_.insert(place, std::move(waiting));
    settle();
    return;
  }
  if (!can_attach(waiting.arrival) && queue_.size() >= limits_.waiting_max) {
    const auto seconds = retry_after();
    actions_.push_back(FailRequest{
        waiting.arrival.id,
        {Code::kUnavailable, "server busy, please try again.  maximum pending requests exceeded"},
        seconds});
    settle();
    return;
  }
  queue_.push_back(std::move(waiting));
  settle();
}

void Core::cancel(Time now, RequestId id) {
  now_ = now;
  const auto waiting =
      std::ranges::find_if(queue_, [&](const Waiting& w) { return w.arrival.id == id; });
  if (waiting != queue_.end()) {
    fail(*waiting, {Code::kCancelled, "request canceled"});
    queue_.erase(waiting);
  } else if (const auto active = active_.find(id);
             active != active_.end() && !active->second.cancelled) {
    active->second.cancelled = true;
    actions_.push_back(CancelRequest{id, active->second.runner});
  }
  settle();
}

void Core::unload(Time now, const std::string& key) {
  now_ = now;
  if (Runner* runner = find(key); runner != nullptr) {
    switch (runner->state) {
      case RunnerState::kLoading:
        // Those that wait for it still get it; it goes when they are done.
        runner->keep_alive = Duration{0};
        break;
      case RunnerState::kReady:
      case RunnerState::kDraining:
        runner->state = RunnerState::kDraining;
        runner->unload = true;
        break;
      case RunnerState::kStopping: break;
    }
  }
  settle();
}

void Core::progress(Time now, RunnerId id, uint64_t done_bytes, uint64_t total_bytes) {
  now_ = now;
  if (const auto it = runners_.find(id);
      it != runners_.end() && it->second.state == RunnerState::kLoading) {
    it->second.loaded_bytes = done_bytes;
    it->second.load_bytes = total_bytes;
    it->second.deadline = now + limits_.load_timeout;
  }
  settle();
}

void Core::loaded(Time now, RunnerId id) {
  now_ = now;
  if (const auto it = runners_.find(id);
      it != runners_.end() && it->second.state == RunnerState::kLoading) {
    Runner& runner = it->second;
    runner.state = RunnerState::kReady;
    runner.ready_at = now;
    runner.idle_since = now;
    for (Waiting& waiting : queue_) {  // the time of loading was no waiting in the queue
      if (waiting.arrival.key == runner.key) waiting.deadline = now + limits_.queue_timeout;
    }
  }
  settle();
}

void Core::ended(Time now, RunnerId id, const Error& error, bool crashed) {
  now_ = now;
  if (const auto it = runners_.find(id); it != runners_.end()) {
    const bool was_loading = it->second.state == RunnerState::kLoading;
    const std::string key = it->second.key;
    for (const RequestId request : it->second.active) active_.erase(request);
    runners_.erase(it);
    if (was_loading) fail_waiting(key, error, crashed);
  }
  settle();
}

void Core::finished(Time now, RequestId id) {
  now_ = now;
  if (const auto it = active_.find(id); it != active_.end()) {
    if (!it->second.cancelled) {
      service_mean_ += (now - it->second.since - service_mean_) / 8;
    }
    Runner& runner = runners_.at(it->second.runner);
    runner.active.erase(id);
    if (runner.active.empty()) runner.idle_since = now;
    active_.erase(it);
  }
  settle();
}

void Core::tick(Time now) {
  now_ = now;
  settle();
}

std::vector<Action> Core::take_actions() {
  return std::exchange(actions_, {});
}

// Everything that follows from the state and the time; runs after each event.
void Core::settle() {
  end_overdue();
  attach_waiting();
  expire_idle();
  place_waiting();
  abort_unwanted();
}

void Core::end_overdue() {
  std::vector<std::pair<RunnerId, Error>> lost;
  for (const auto& [id, runner] : runners_) {
    if (now_ < runner.deadline) continue;
    if (runner.state == RunnerState::kLoading && limits_.load_timeout > Duration{0}) {
      lost.emplace_back(
          id,
          Error{Code::kDeadlineExceeded,
                "timed out waiting for the model to load: no progress for " +
                    std::to_string(limits_.load_timeout / std::chrono::seconds(1)) + " seconds"});
    } else if (runner.state == RunnerState::kStopping) {
      lost.emplace_back(id, Error{Code::kUnavailable, "the model was unloaded"});
    }
  }
  for (const auto& [id, error] : lost) drop(id, error);

  for (auto it = queue_.begin(); it != queue_.end();) {
    const Runner* runner = find(it->arrival.key);
    const bool loading = runner != nullptr && runner->state == RunnerState::kLoading;
    if (now_ < it->deadline || loading) {
      ++it;
      continue;
    }
    const auto seconds = retry_after();
    actions_.push_back(FailRequest{
        it->arrival.id,
        {Code::kUnavailable, "server busy, please try again.  the request waited too long"},
        seconds});
    it = queue_.erase(it);
  }
}

void Core::attach_waiting() {
  std::set<std::string> blocked;  // keys whose first request has to wait
  for (auto it = queue_.begin(); it != queue_.end();) {
    Runner* runner = find(it->arrival.key);
    const bool fits = runner != nullptr && runner->state == RunnerState::kReady &&
                      (it->arrival.load_only || runner->active.size() < limits_.running_max) &&
                      serves(*runner, it->arrival.need);
    if (!fits || blocked.contains(it->arrival.key)) {
      blocked.insert(it->arrival.key);
      ++it;
      continue;
    }
    attach(*it, *runner);
    it = queue_.erase(it);
  }
}

void Core::attach(const Waiting& waiting, Runner& runner) {
  const Arrival& arrival = waiting.arrival;
  runner.latest_context = context_of(runner, arrival.need);
  if (arrival.keep_alive) runner.keep_alive = *arrival.keep_alive;
  if (arrival.load_only) {
    if (runner.active.empty()) runner.idle_since = now_;
  } else {
    runner.active.insert(arrival.id);
    active_.emplace(arrival.id, Active{.runner = runner.id, .since = now_});
  }
  actions_.push_back(AttachRequest{arrival.id, runner.id, runner.latest_context, arrival.again});
}

void Core::expire_idle() {
  for (auto& [id, runner] : runners_) {
    if (runner.state != RunnerState::kReady || !runner.active.empty()) continue;
    if (const auto at = expiry(runner); at && now_ >= *at) stop(runner);
  }
}

void Core::place_waiting() {
  wake_.reset();
  Claims claims;
  std::set<std::string> seen;
  // The queue may lose requests that cannot be served at all.
  for (size_t i = 0; i < queue_.size();) {
    if (!seen.insert(queue_[i].arrival.key).second) {
      ++i;
      continue;
    }
    const size_t before = queue_.size();
    place(queue_[i], claims);
    if (queue_.size() == before) {
      ++i;
    } else {
      seen.clear();
      i = 0;
      claims = {};
    }
  }
  stop_drained(claims);
}

// Brings the first waiting request of a key nearer to its runner.
void Core::place(const Waiting& waiting, Claims& claims) {
  const Arrival& arrival = waiting.arrival;
  if (Runner* runner = find(arrival.key); runner != nullptr) {
    if (runner->state == RunnerState::kReady || runner->state == RunnerState::kDraining) {
      // It is full, or has to be loaded otherwise, or has been told to go.
      if (!serves(*runner, arrival.need) && !runner->unload) drain(*runner, claims);
    }
    return;
  }
  const auto least = least_size(*arrival.footprint, arrival.need, budget_);
  if (!least) {
    const RequestId id = arrival.id;
    fail(waiting, least.error());
    std::erase_if(queue_, [&](const Waiting& w) { return w.arrival.id == id; });
    return;
  }
  Need need = arrival.need;
  need.context = least->context;
  const uint64_t used = used_bytes() + claims.bytes;
  const bool has_place = runners_.size() + claims.runners < limits_.loaded_max;
  const auto size =
      choose_size(*arrival.footprint, {.need = need,
                                       .parallel = limits_.parallel,
                                       .free_bytes = budget_ - std::min(budget_, used),
                                       .budget_bytes = budget_});
  const bool reduced = need.context < arrival.need.context;
  if (has_place && size) return start(waiting, *size, reduced);
  if (runners_.empty()) return start(waiting, *least, reduced);  // its weights will be read again
  const uint64_t bytes = arrival.footprint->bytes(*least).total;
  make_room(bytes, claims);
  claims.bytes += bytes;
  claims.runners += 1;
}

// Chooses who has to go for a request that needs `bytes`, beside what earlier ones claim.
void Core::make_room(uint64_t bytes, Claims& claims) {
  uint64_t leaving_bytes = 0;
  uint32_t leaving = 0;
  std::vector<Candidate> candidates;
  uint64_t all_bytes = 0;
  for (const auto& [id, runner] : runners_) {
    const bool goes = runner.state == RunnerState::kStopping || claims.victims.contains(id) ||
                      (runner.state == RunnerState::kDraining && runner.unload);
    if (goes) {
      leaving_bytes += runner.bytes.total;
      ++leaving;
    } else if (runner.state != RunnerState::kLoading) {
      candidates.push_back({.runner = id,
                            .bytes = runner.bytes.total,
                            .idle = runner.active.empty() ? now_ - runner.idle_since : Duration{0},
                            .busy = !runner.active.empty(),
                            .pinned = runner.keep_alive < Duration{0},
                            .draining = runner.state == RunnerState::kDraining});
      all_bytes += runner.bytes.total;
    }
  }
  const uint64_t wanted = used_bytes() + claims.bytes + bytes;
  const uint64_t over = wanted - std::min(wanted, budget_ + leaving_bytes);
  const auto count = static_cast<uint32_t>(runners_.size()) + claims.runners + 1;
  const uint32_t runners_over = count - std::min(count, limits_.loaded_max + leaving);
  auto victims = choose_victims(candidates, over, runners_over);
  if (victims.empty() && (over > 0 || runners_over > 0)) {
    // Something that is loading stands in the way too; or the weights fit only alone.
    victims = choose_victims(candidates, std::min(over, all_bytes),
                             std::min(runners_over, static_cast<uint32_t>(candidates.size())));
  }
  for (const RunnerId victim : victims) drain(runners_.at(victim), claims);
}

// Marks a runner as having to go, once it has served long enough.
void Core::drain(Runner& runner, Claims& claims) {
  const Time until = runner.ready_at + limits_.service_min;
  if (now_ < until) {
    wake_ = wake_ ? std::min(*wake_, until) : until;
    return;
  }
  claims.victims.insert(runner.id);
  runner.state = RunnerState::kDraining;
}

// Ends what drains and has no work left; what drained for nobody is ready again.
void Core::stop_drained(const Claims& claims) {
  bool revived = false;
  for (auto& [id, runner] : runners_) {
    if (runner.state != RunnerState::kDraining) continue;
    if (!runner.unload && !claims.victims.contains(id)) {
      runner.state = RunnerState::kReady;
      revived = true;
    } else if (runner.active.empty()) {
      stop(runner);
    }
  }
  if (revived) attach_waiting();
}

void Core::start(const Waiting& waiting, const Size& size, bool reduced) {
  const Arrival& arrival = waiting.arrival;
  Runner runner;
  runner.id = ++last_runner_;
  runner.key = arrival.key;
  runner.size = size;
  runner.bytes = arrival.footprint->bytes(size);
  runner.reduced = reduced;
  runner.batch = arrival.need.batch;
  runner.threads = arrival.need.threads;
  runner.latest_context = std::min(arrival.need.context, size.context);
  runner.keep_alive = arrival.keep_alive.value_or(limits_.keep_alive);
  runner.deadline = now_ + limits_.load_timeout;
  actions_.push_back(StartRunner{.runner = runner.id,
                                 .first = arrival.id,
                                 .size = size,
                                 .batch = runner.batch,
                                 .threads = runner.threads});
  runners_.emplace(runner.id, std::move(runner));
}

// A load that nobody waits for any more is not finished.
void Core::abort_unwanted() {
  for (auto& [id, runner] : runners_) {
    if (runner.state != RunnerState::kLoading) continue;
    const bool wanted =
        std::ranges::any_of(queue_, [&](const Waiting& w) { return w.arrival.key == runner.key; });
    if (!wanted) stop(runner);
  }
}

void Core::stop(Runner& runner) {
  runner.state = RunnerState::kStopping;
  runner.deadline = now_ + limits_.stop_timeout;
  actions_.push_back(StopRunner{runner.id});
}

void Core::drop(RunnerId id, const Error& error) {
  actions_.push_back(DropRunner{id, error});
  const auto it = runners_.find(id);
  const bool was_loading = it->second.state == RunnerState::kLoading;
  const std::string key = it->second.key;
  for (const RequestId request : it->second.active) active_.erase(request);
  runners_.erase(it);
  if (was_loading) fail_waiting(key, error);
}

void Core::fail(const Waiting& waiting, Error error) {
  actions_.push_back(FailRequest{waiting.arrival.id, std::move(error), std::nullopt});
}

void Core::fail_waiting(const std::string& key, const Error& error, bool crashed) {
  for (auto it = queue_.begin(); it != queue_.end();) {
    if (it->arrival.key != key) {
      ++it;
      continue;
    }
    if (crashed && !it->arrival.again) {
      it->arrival.again = true;
      it->deadline = now_ + limits_.queue_timeout;
      ++it;
      continue;
    }
    fail(*it, error);
    it = queue_.erase(it);
  }
}

// A guess: how long until as many requests are done as wait now.
std::chrono::seconds Core::retry_after() const {
  const double each = std::chrono::duration<double>(service_mean_).count();
  const double rounds = std::ceil(static_cast<double>(queue_.size() + 1) /
                                  static_cast<double>(std::max(1U, limits_.running_max)));
  return std::chrono::seconds(std::clamp<int64_t>(std::llround(std::ceil(each * rounds)), 1, 60));
}

Core::Runner* Core::find(const std::string& key) {
  return const_cast<Runner*>(std::as_const(*this).find(key));
}

// The runner of a key; one that is ending counts only while there is no other.
const Core::Runner* Core::find(const std::string& key) const {
  for (const auto& [id, runner] : runners_) {
    if (runner.key == key && runner.state != RunnerState::kStopping) return &runner;
  }
  return nullptr;
}

bool Core::serves(const Runner& runner, const Need& need) const {
  if (need.batch && runner.batch != need.batch) return false;
  if (need.threads && runner.threads != need.threads) return false;
  return need.context <= runner.size.context || (need.automatic_context && runner.reduced);
}

bool Core::can_attach(const Arrival& arrival) const {
  const Runner* runner = find(arrival.key);
  if (runner == nullptr || runner->state != RunnerState::kReady) return false;
  if (!serves(*runner, arrival.need)) return false;
  if (!arrival.load_only && runner->active.size() >= limits_.running_max) return false;
  return std::ranges::none_of(queue_,
                              [&](const Waiting& w) { return w.arrival.key == arrival.key; });
}

uint32_t Core::context_of(const Runner& runner, const Need& need) const {
  return std::min(need.context, runner.size.context);
}

uint64_t Core::used_bytes() const {
  uint64_t used = 0;
  for (const auto& [id, runner] : runners_) used += runner.bytes.total;
  return used;
}

std::optional<Time> Core::expiry(const Runner& runner) const {
  if (runner.keep_alive < Duration{0}) return std::nullopt;
  const Time since = runner.active.empty() ? runner.idle_since : now_;
  if (runner.keep_alive > Time::max() - since) return std::nullopt;
  return since + runner.keep_alive;
}

std::optional<Time> Core::next_deadline() const {
  std::optional<Time> next = wake_;
  const auto consider = [&](Time at) { next = next ? std::min(*next, at) : at; };
  for (const Waiting& waiting : queue_) {
    const Runner* runner = find(waiting.arrival.key);
    if (runner == nullptr || runner->state != RunnerState::kLoading) consider(waiting.deadline);
  }
  for (const auto& [id, runner] : runners_) {
    if (runner.state == RunnerState::kStopping ||
        (runner.state == RunnerState::kLoading && limits_.load_timeout > Duration{0})) {
      consider(runner.deadline);
    } else if (runner.state == RunnerState::kReady && runner.active.empty()) {
      if (const auto at = expiry(runner)) consider(*at);
    }
  }
  return next;
}

std::vector<RunnerView> Core::runners() const {
  std::vector<RunnerView> views;
  for (const auto& [id, runner] : runners_) {
    RunnerView view{.runner = id,
                    .key = runner.key,
                    .state = runner.state,
                    .size = runner.size,
                    .bytes = runner.bytes,
                    .context = runner.latest_context,
                    .loaded_bytes = runner.loaded_bytes,
                    .load_bytes = runner.load_bytes,
                    .active = runner.active.size()};
    const bool going = runner.state == RunnerState::kStopping || runner.unload;
    view.expires = going ? now_ : expiry(runner);
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<std::string> Core::broken_invariants() const {
  std::vector<std::string> broken;
  std::set<std::string> keys;
  uint64_t used = 0;
  for (const auto& [id, runner] : runners_) {
    used += runner.bytes.total;
    if (runner.state != RunnerState::kStopping && !keys.insert(runner.key).second) {
      broken.push_back("two runners of " + runner.key);
    }
    if (runner.active.size() > limits_.running_max) broken.push_back("too many requests at once");
    const bool may_work =
        runner.state == RunnerState::kReady || runner.state == RunnerState::kDraining;
    if (!may_work && !runner.active.empty()) broken.push_back("a request without a loaded model");
    if (runner.state == RunnerState::kDraining && runner.active.empty()) {
      broken.push_back("a drained runner that does not end");
    }
    for (const RequestId request : runner.active) {
      const auto it = active_.find(request);
      if (it == active_.end() || it->second.runner != id) broken.push_back("a lost request");
    }
  }
  for (const auto& [request, active] : active_) {
    const auto it = runners_.find(active.runner);
    if (it == runners_.end() || !it->second.active.contains(request)) {
      broken.push_back("a request of no runner");
    }
  }
  if (runners_.size() > limits_.loaded_max) broken.push_back("too many runners");
  if (used > budget_ && runners_.size() > 1) broken.push_back("more memory than there is");
  const auto first_time =
      std::ranges::count_if(queue_, [](const Waiting& w) { return !w.arrival.again; });
  if (std::cmp_greater(first_time, limits_.waiting_max)) {
    broken.push_back("a queue beyond its limit");
  }
  if (!queue_.empty() && !next_deadline()) {
    const bool loading = std::ranges::any_of(
        runners_, [](const auto& r) { return r.second.state == RunnerState::kLoading; });
    if (!loading) broken.push_back("requests wait without an end");
  }
  return broken;
}

}  // namespace lar::scheduler

// Random schedules with faults: whatever happens in whatever order, the promises hold. Each seed is
// one schedule; LAR_SEED=n plays one again, LAR_SCHEDULES=n plays that many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "core_harness.h"
#include "scheduler/core.h"

namespace lar::scheduler {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What the world does with the actions of a core, driven by one seed.
class World {
 public:
  explicit World(uint64_t seed) : random_(seed), core_(limits(), kBudget) {}

  // The breach that was found, or nothing.
  std::string play() {
    for (int i = 0; i < 120 && breach_.empty(); ++i) step(true);
    // No new requests and no faults: everything must come to its end.
    for (int i = 0; i < 4000 && breach_.empty() && !(open_.empty() && core_.runners().empty());
         ++i) {
      step(false);
    }
    if (breach_.empty() && !open_.empty())
      breach_ = fmt::format("{} requests never ended", open_.size());
    if (breach_.empty() && !core_.runners().empty()) breach_ = "a runner that never leaves";
    return breach_;
  }

 private:
  static constexpr uint64_t kBudget = 1000;

  struct Process {
    std::string key;
    bool loading = true;
    bool stopping = false;
    bool wedged = false;  // never answers a stop, never loads
    Time loaded_at{0};
    std::set<RequestId> working;
    std::set<RequestId> cancelled;
  };

  Limits limits() {
    limits_ = {.loaded_max = 1 + pick(3),
               .parallel = pick(3),
               .running_max = 1 + pick(4),
               .waiting_max = pick(8),
               .keep_alive = seconds(pick(20)),
               .load_timeout = seconds(20),
               .queue_timeout = seconds(60)};
    return limits_;
  }

  uint32_t pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

  template <class Container>
  auto pick_from(Container& container) {
    return std::next(container.begin(), pick(static_cast<uint32_t>(container.size())));
  }

  void step(bool faults) {
    now_ += milliseconds(pick(4) == 0 ? pick(3000) : pick(50));
    if (const auto deadline = core_.next_deadline(); deadline && *deadline < now_) {
      // The driver's timer comes first, as it does in the service.
      const Time event = std::exchange(now_, std::max(*deadline, last_));
      core_.tick(now_);
      settle("tick");
      now_ = std::max(event, now_);
    }
    const uint32_t what = pick(100);
    if (faults && what < 30) {
      arrive();
    } else if (faults && what < 36) {
      if (!open_.empty()) core_.cancel(now_, *pick_from(open_));
    } else if (faults && what < 39) {
      core_.unload(now_, key());
    } else if (faults && what < 42) {
      crash();
    } else if (faults && what < 44) {
      if (!processes_.empty()) pick_from(processes_)->second.wedged = true;
    } else if (what < 90) {
      work();
    } else {
      core_.tick(now_);
    }
    settle(fmt::format("event {}", what));
    last_ = now_;
    if (!faults && core_.next_deadline()) now_ = std::max(now_, *core_.next_deadline());
  }

  std::string key() { return std::string(1, static_cast<char>('a' + pick(4))); }

  void arrive() {
    const std::string name = key();
    const uint64_t weights = 100 + 150 * static_cast<uint64_t>(name[0] - 'a');
    Arrival arrival{.id = ++last_request_, .key = name, .footprint = fixed_footprint(weights, 1)};
    arrival.need = {.context = 10U << pick(5), .automatic_context = pick(2) == 0};
    if (pick(8) == 0) arrival.need.threads = 1 + pick(2);
    if (pick(3) == 0) arrival.keep_alive = seconds(pick(4));
    arrival.load_only = pick(10) == 0;
    keys_[arrival.id] = name;
    if (!arrival.load_only) arrivals_[arrival.id] = arrival;
    if (arrival.load_only) load_only_.insert(arrival.id);
    open_.insert(arrival.id);
    core_.arrive(now_, std::move(arrival));
  }

  // Some process gets on with what it has to do.
  void work() {
    if (processes_.empty()) return;
    const auto it = pick_from(processes_);
    Process& process = it->second;
    const RunnerId id = it->first;
    if (process.wedged) {
      // Its supervisor misses the heartbeat of what is loaded; the rest is up to the core.
      if (!process.loading && !process.stopping) crash(it);
      return;
    }
    if (process.stopping) {
      finish_all(process);
      processes_.erase(it);
      core_.ended(now_, id, {Code::kUnavailable, "stopped"});
    } else if (process.loading) {
      if (pick(3) == 0) {
        core_.progress(now_, id, pick(10), 10);
      } else if (pick(8) == 0) {
        processes_.erase(it);
        core_.ended(now_, id, {Code::kDataCorrupt, "does not load"});
      } else {
        process.loading = false;
        process.loaded_at = now_;
        core_.loaded(now_, id);
      }
    } else if (!process.working.empty()) {
      const RequestId request = *pick_from(process.working);
      process.working.erase(request);
      finish(request);
    }
  }

  void crash() {
    if (!processes_.empty()) crash(pick_from(processes_));
  }

  void crash(std::map<RunnerId, Process>::iterator it) {
    const RunnerId id = it->first;
    std::set<RequestId> unanswered;
    if (pick(2) == 0) {
      for (const RequestId request : it->second.working) {
        if (!it->second.cancelled.contains(request) && !again_.contains(request)) {
          unanswered.insert(request);
        }
      }
    }
    for (const RequestId request : unanswered) it->second.working.erase(request);
    finish_all(it->second);
    processes_.erase(it);
    core_.ended(now_, id, {Code::kUnavailable, "crashed"}, true);
    settle("crash");
    for (const RequestId request : unanswered) {
      Arrival arrival = arrivals_.at(request);
      arrival.again = true;
      again_.insert(request);
      core_.arrive(now_, std::move(arrival));
    }
  }

  // As the service does it: the end of a runner comes before the ends of its requests.
  void finish_all(Process& process) {
    for (const RequestId request : std::exchange(process.working, {})) open_.erase(request);
  }
  void finish(RequestId request) {
    open_.erase(request);
    core_.finished(now_, request);
  }

  void settle(const std::string& after) {
    for (const Action& action : core_.take_actions()) {
      std::visit([this](const auto& a) { apply(a); }, action);
    }
    for (const std::string& broken : core_.broken_invariants()) complain(broken);
    if (!breach_.empty() && after_.empty()) after_ = after;
  }

  void complain(const std::string& what) {
    if (breach_.empty()) breach_ = what;
  }

  void apply(const StartRunner& start) {
    if (processes_.contains(start.runner)) complain("a runner is started twice");
    processes_[start.runner] = {.key = keys_.at(start.first)};
  }
  void apply(const StopRunner& stop) {
    const auto it = processes_.find(stop.runner);
    if (it == processes_.end() || it->second.stopping) return complain("stops what is not there");
    if (!it->second.working.empty()) complain("stops a runner that works");
    it->second.stopping = true;
  }
  void apply(const DropRunner& drop) {
    const auto it = processes_.find(drop.runner);
    if (it == processes_.end()) return complain("drops what is not there");
    for (const RequestId request : it->second.working) open_.erase(request);
    processes_.erase(it);
  }
  void apply(const AttachRequest& attach) {
    if (!open_.contains(attach.request)) return complain("attaches a request that has ended");
    const auto it = processes_.find(attach.runner);
    if (it == processes_.end()) return complain("attaches to a runner that is gone");
    Process& process = it->second;
    if (process.loading || process.stopping) complain("attaches to a runner that is not ready");
    if (process.key != keys_.at(attach.request)) complain("attaches to another model");
    if (attach.again) {
      again_.insert(attach.request);
    } else {
      RequestId& latest = latest_[process.key];
      if (attach.request < latest) complain("not in order");
      latest = attach.request;
    }
    if (load_only_.contains(attach.request)) {
      open_.erase(attach.request);
    } else if (!process.working.insert(attach.request).second) {
      complain("attached twice");
    }
  }
  void apply(const CancelRequest& cancel) {
    const auto it = processes_.find(cancel.runner);
    if (it == processes_.end() || !it->second.working.contains(cancel.request)) {
      return complain("cancels what is not there");
    }
    it->second.cancelled.insert(cancel.request);
  }
  void apply(const FailRequest& failure) {
    if (open_.erase(failure.request) == 0) complain("fails a request that has ended");
    if (failure.error.message.empty()) complain("fails without a reason");
  }

  std::mt19937_64 random_;
  Limits limits_;
  Core core_;
  Time now_{0};
  Time last_{0};
  RequestId last_request_ = 0;
  std::map<RunnerId, Process> processes_;
  std::map<RequestId, std::string> keys_;
  std::map<RequestId, Arrival> arrivals_;
  std::set<RequestId> again_;  // those that a runner has died on
  std::set<RequestId> load_only_;
  std::set<RequestId> open_;
  std::map<std::string, RequestId> latest_;
  std::string breach_;
  std::string after_;
};

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Sanitizers make each many times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kSchedules = 10'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr uint64_t kSchedules = 10'000;
#else
constexpr uint64_t kSchedules = 100'000;
#endif
#else
constexpr uint64_t kSchedules = 100'000;
#endif

TEST(RandomSchedules, HoldEveryPromise) {
  const uint64_t first = number_from("LAR_SEED", 1);
  const uint64_t count =
      std::getenv("LAR_SEED") != nullptr ? 1 : number_from("LAR_SCHEDULES", kSchedules);
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const std::string breach = World(seed).play();
    ASSERT_EQ(breach, "") << "LAR_SEED=" << seed << " plays it again";
  }
}

}  // namespace
}  // namespace lar::scheduler

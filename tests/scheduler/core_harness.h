// Drives a Core in tests: a clock, keys with footprints, and what the actions said.
#pragma once

#include <map>

#include "scheduler/core.h"

namespace lar::scheduler {

inline std::shared_ptr<const Footprint> fixed_footprint(uint64_t weights, uint64_t per_token = 0) {
  return std::make_shared<Footprint>(Footprint{
      .bytes =
          [=](const Size& size) {
            const uint64_t cache = size.pool_tokens() * per_token;
            return Bytes{.total = weights + cache, .private_part = cache};
          },
      .context_max = 1U << 20U,
  });
}

class CoreHarness {
 public:
  explicit CoreHarness(const Limits& limits, uint64_t budget = 1000) : core(limits, budget) {}

  RequestId ask(const std::string& key, Arrival arrival = {}) {
    arrival.id = ++last_;
    arrival.key = key;
    if (!arrival.footprint) arrival.footprint = fixed_footprint(300);
    core.arrive(now, std::move(arrival));
    collect();
    return last_;
  }
  void load_all() {
    while (!starting.empty()) {
      const RunnerId runner = starting.begin()->second;
      starting.erase(starting.begin());
      core.loaded(now, runner);
      collect();
    }
  }
  void finish(RequestId id) {
    core.finished(now, id);
    collect();
  }
  void end(RunnerId runner, Error error = {}) { gone(runner, std::move(error), false); }
  void crash(RunnerId runner) { gone(runner, {Code::kInternal, "crashed"}, true); }
  void end_stopped() {
    while (!stopping.empty()) {
      const RunnerId runner = *stopping.begin();
      stopping.erase(stopping.begin());
      end(runner);
    }
  }
  void pass(Duration time) {
    now += time;
    core.tick(now);
    collect();
  }
  void collect() {
    for (Action& action : core.take_actions()) {
      if (const auto* start = std::get_if<StartRunner>(&action)) {
        starting.emplace(start->first, start->runner);
        sizes[start->runner] = start->size;
        ++starts;
      } else if (const auto* stop = std::get_if<StopRunner>(&action)) {
        stopping.insert(stop->runner);
      } else if (const auto* drop = std::get_if<DropRunner>(&action)) {
        dropped.insert(drop->runner);
      } else if (const auto* attach = std::get_if<AttachRequest>(&action)) {
        attached[attach->request] = *attach;
        order.push_back(attach->request);
      } else if (auto* failure = std::get_if<FailRequest>(&action)) {
        failed[failure->request] = *failure;
      } else if (const auto* cancel = std::get_if<CancelRequest>(&action)) {
        cancelled.insert(cancel->request);
      }
    }
  }

  Core core;
  Time now{0};
  std::map<RequestId, RunnerId> starting;
  std::map<RunnerId, Size> sizes;
  std::set<RunnerId> stopping;
  std::set<RunnerId> dropped;
  std::map<RequestId, AttachRequest> attached;
  std::vector<RequestId> order;
  std::map<RequestId, FailRequest> failed;
  std::set<RequestId> cancelled;
  int starts = 0;

 private:
  void gone(RunnerId runner, const Error& error, bool crashed) {
    std::erase_if(starting, [&](const auto& s) { return s.second == runner; });
    core.ended(now, runner, error, crashed);
    collect();
  }

  RequestId last_ = 0;
};

}  // namespace lar::scheduler

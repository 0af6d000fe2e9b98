// Runners of a LocalService, and what it does when its core says so.
#include <algorithm>

#include "scheduler/local_service_impl.h"

namespace lar::scheduler {
namespace {

// Left to the rest of the machine.
constexpr uint64_t kReserveMax = uint64_t{512} << 20U;
constexpr auto kBudgetAge = std::chrono::milliseconds(200);
constexpr Time kTimerMax = std::chrono::hours(24 * 30);
constexpr Time kExpiryMax = std::chrono::hours(24 * 365 * 100);  // system time does not reach far
constexpr auto kAliveEvery = std::chrono::seconds(1);

void set_context(runtime::Request& request, uint32_t context) {
  if (auto* generate = std::get_if<runtime::GenerateRequest>(&request)) {
    generate->options.num_ctx = context;
  } else if (auto* embed = std::get_if<runtime::EmbedRequest>(&request)) {
    // Inputs may be cut to less than any runner has.
    embed->num_ctx = std::min(context, embed->num_ctx.value_or(context));
  }
}

}  // namespace

// ---- runners

void LocalService::Impl::apply(const StartRunner& start) {
  const Entry& entry = entries.at(start.first);
  RunnerEntry& runner = runners[start.runner];
  runner.model = entry.order.model;
  runner.size = start.size;
  runner.spec.name = runner.model.name;
  runner.spec.key = entry.key;
  runner.spec.style = runner.model.style;
  runner.spec.options = options.load;
  runner.spec.options.context = start.size.context;
  runner.spec.options.parallel = start.size.parallel;
  runner.spec.options.sequences = options.limits.running_max;
  if (start.batch) runner.spec.options.batch = *start.batch;
  if (start.threads) runner.spec.options.threads = static_cast<int>(*start.threads);
  {
    const std::lock_guard lock(view_mutex);
    ++numbers.loads;
  }
  begin([self = shared_from_this(), id = start.runner, model = runner.model] {
    auto last = Clock::now();
    const auto alive = [&] {
      if (Clock::now() - last < kAliveEvery) return;
      last = Clock::now();
      self->post([id](Impl& impl) {
        impl.core.progress(impl.now(), id, 0, 0);
        impl.settle();
      });
    };
    auto result = std::make_shared<Result<OpenFiles>>(
        self->files.open(model, alive, self->stop_files.get_token()));
    self->post([id, result](Impl& impl) { impl.opened(id, std::move(*result)); });
  });
}

void LocalService::Impl::opened(RunnerId id, Result<OpenFiles> opened_files) {
  const auto it = runners.find(id);
  if (it == runners.end()) return;  // stopped in the meantime
  RunnerEntry& runner = it->second;
  runner.opening = false;
  if (!opened_files) {
    remove_runner(id, opened_files.error());
    return;
  }
  runner.spec.model_files = std::move(opened_files->weights);
  runner.spec.projectors = std::move(opened_files->projectors);
  runner.spec.adapters = std::move(opened_files->adapters);
  const std::weak_ptr<Impl> weak = weak_from_this();
  runner.process = factory.start(std::move(runner.spec),
                                 {.on_progress =
                                      [weak, id](uint64_t done, uint64_t total) {
                                        const auto self = weak.lock();
                                        if (!self) return;
                                        self->core.progress(self->now(), id, done, total);
                                        self->settle();
                                      },
                                  .on_loaded =
                                      [weak, id](const runner::Loaded& loaded) {
                                        if (const auto self = weak.lock())
                                          self->on_loaded(id, loaded);
                                      },
                                  .on_ended =
                                      [weak, id](const runner::Ended& ended) {
                                        if (const auto self = weak.lock())
                                          self->on_ended(id, ended);
                                      }});
}

void LocalService::Impl::on_loaded(RunnerId id, const runner::Loaded& loaded) {
  if (const auto it = runners.find(id); it != runners.end()) {
    tell(it->second.model, "model loaded", false);
    for (const std::string& warning : loaded.warnings) tell(it->second.model, warning, true);
  }
  core.loaded(now(), id);
  refresh_budget();
  settle();
}

void LocalService::Impl::on_ended(RunnerId id, const runner::Ended& ended) {
  if (const auto it = runners.find(id); it != runners.end()) {
    const bool stopped = ended.cause == runner::Ended::Cause::kStopped;
    tell(it->second.model, stopped ? "model unloaded" : ended.error.message, !stopped);
  }
  if (ended.cause == runner::Ended::Cause::kCrashed || ended.cause == runner::Ended::Cause::kHung) {
    const std::lock_guard lock(view_mutex);
    ++numbers.crashes;
  }
  // What hangs or breaks the protocol may well do it because of its requests, and late.
  const bool crashed = ended.cause == runner::Ended::Cause::kCrashed;
  remove_runner(id, ended.error, crashed);
  if (crashed) try_again(id);
}

void LocalService::Impl::remove_runner(RunnerId id, const Error& error, bool crashed) {
  const auto it = runners.find(id);
  if (it == runners.end()) return;
  // This may run within one of its own callbacks: it is destroyed in the next turn.
  if (it->second.process) {
    asio::post(executor, [process = std::shared_ptr<runner::Runner>(
                              std::move(it->second.process))]() mutable { process.reset(); });
  }
  runners.erase(it);
  core.ended(now(), id, error, crashed);
  refresh_budget();
  settle();
}

void LocalService::Impl::apply(const StopRunner& stop) {
  const auto it = runners.find(stop.runner);
  if (it == runners.end()) return;
  if (it->second.process) {
    it->second.process->stop();
  } else {
    remove_runner(stop.runner, {Code::kUnavailable, "the model was unloaded while it was loading"});
  }
}

void LocalService::Impl::apply(const DropRunner& drop) {
  if (const auto it = runners.find(drop.runner); it != runners.end()) {
    tell(it->second.model, "runner killed: " + drop.error.message, true);
  }
  runners.erase(drop.runner);
  std::erase_if(entries, [&](auto& item) {
    if (item.second.runner != drop.runner) return false;
    item.second.buffer->fail(drop.error);
    return true;
  });
}

// ---- the core's other actions

void LocalService::Impl::apply(const AttachRequest& attach) {
  Entry& entry = entries.at(attach.request);
  RunnerEntry& runner = runners.at(attach.runner);
  if (attach.context < entry.context) {
    entry.warnings.push_back("the context is " + std::to_string(attach.context) +
                             " tokens: memory is short for " + std::to_string(entry.context));
  }
  if (!std::exchange(entry.is_ready, true)) {
    entry.buffer->set_ready({.load = Clock::now() - entry.submitted,
                             .context = attach.context,
                             .warnings = std::move(entry.warnings)});
  }
  if (!entry.order.request) {
    entries.erase(attach.request);
    return;
  }
  entry.runner = attach.runner;
  entry.again |= attach.again;
  runtime::Request request = std::move(*entry.order.request);
  entry.order.request.reset();
  if (!entry.again) entry.unanswered = request;
  set_context(request, attach.context);
  if (auto* generate = std::get_if<runtime::GenerateRequest>(&request);
      generate != nullptr && generate->go_template == runner.model.style.go_template) {
    generate->go_template.reset();  // it is loaded with this one
  }
  runner.process->submit(attach.request, std::move(request),
                         [weak = weak_from_this(), id = attach.request](runtime::Event&& event) {
                           if (const auto self = weak.lock()) self->on_event(id, std::move(event));
                         });
}

void LocalService::Impl::apply(const CancelRequest& cancel) {
  const auto it = runners.find(cancel.runner);
  if (it != runners.end() && it->second.process) it->second.process->cancel(cancel.request);
}

void LocalService::Impl::apply(FailRequest& failure) {
  const auto it = entries.find(failure.request);
  if (it == entries.end()) return;
  const auto buffer = it->second.buffer;
  entries.erase(it);
  {
    const std::lock_guard lock(view_mutex);
    ++(failure.error.code == Code::kUnavailable ? numbers.rejected : numbers.failed);
  }
  buffer->fail(std::move(failure.error), failure.retry_after);
}

void LocalService::Impl::settle() {
  if (closed) {
    core.take_actions();  // there is nobody left whom they concern
    return;
  }
  for (;;) {
    std::vector<Action> actions = core.take_actions();
    if (actions.empty()) break;
    for (Action& action : actions) {
      std::visit([this](auto& a) { apply(a); }, action);
    }
  }
  set_timer();
  publish();
  if (on_closed && entries.empty()) close();
}

void LocalService::Impl::set_timer() {
  const auto deadline = core.next_deadline();
  if (!deadline) {
    timer.cancel();
    return;
  }
  timer.expires_at(started + std::min<Time>(*deadline, now() + kTimerMax));
  timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->refresh_budget();
    self->core.tick(self->now());
    self->settle();
  });
}

// While something loads, what it will take is neither free nor in use: the last budget stands.
void LocalService::Impl::refresh_budget() {
  if (Clock::now() - budget_at < kBudgetAge && core.budget() != UINT64_MAX) return;
  uint64_t ours = 0;
  for (const RunnerView& runner : core.runners()) {
    if (runner.state == RunnerState::kLoading && core.budget() != UINT64_MAX) return;
    const auto it = runners.find(runner.runner);
    if (it == runners.end() || !it->second.process) continue;
    const uint64_t resident = it->second.process->stats().resident_bytes;
    ours +=
        resident > 0 ? std::min(resident, runner.bytes.private_part) : runner.bytes.private_part;
  }
  const uint64_t available = options.available_bytes();
  const uint64_t reserve = std::min(kReserveMax, available / 16);
  const uint64_t free_bytes = available - reserve;
  core.set_budget(free_bytes > UINT64_MAX / 2 ? UINT64_MAX / 2 : free_bytes + ours);
  budget_at = Clock::now();
}

void LocalService::Impl::publish() {
  const auto wall = std::chrono::system_clock::now();
  const Time at = now();
  std::vector<LoadedModel> models;
  uint32_t running = 0;
  for (const RunnerView& runner : core.runners()) {
    const auto it = runners.find(runner.runner);
    if (it == runners.end()) continue;
    LoadedModel model{.model = it->second.model, .bytes = runner.bytes.total};
    model.context = runner.context;
    model.active = static_cast<uint32_t>(runner.active);
    running += model.active;
    const bool ends = runner.expires && *runner.expires <= at && runner.active == 0;
    if (runner.state == RunnerState::kLoading) {
      model.state = LoadedModel::State::kLoading;
      if (runner.load_bytes > 0) {
        model.progress =
            static_cast<double>(runner.loaded_bytes) / static_cast<double>(runner.load_bytes);
      }
    } else {
      model.state = ends || runner.state == RunnerState::kStopping ? LoadedModel::State::kStopping
                                                                   : LoadedModel::State::kReady;
      model.progress = 1.0;
    }
    if (runner.expires) {
      model.expires_at = wall + std::min(*runner.expires - at, kExpiryMax);
    }
    models.push_back(std::move(model));
  }
  std::ranges::sort(models, [](const LoadedModel& a, const LoadedModel& b) {
    if (a.expires_at == b.expires_at) return a.model.name < b.model.name;
    return !a.expires_at || (b.expires_at && *a.expires_at > *b.expires_at);
  });
  const std::lock_guard lock(view_mutex);
  view = std::move(models);
  numbers.waiting = static_cast<uint32_t>(core.waiting());
  numbers.running = running;
}

void LocalService::Impl::shut_down(std::chrono::nanoseconds deadline, std::function<void()> done) {
  on_closed = std::move(done);
  close_timer.expires_after(std::chrono::duration_cast<Clock::duration>(deadline));
  close_timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->close();
  });
  settle();
}

void LocalService::Impl::close() {
  if (std::exchange(closed, true)) return;
  stop_files.request_stop();
  timer.cancel();
  close_timer.cancel();
  for (auto& [id, entry] : std::exchange(entries, {})) {
    entry.buffer->fail({Code::kUnavailable, "the server is shutting down"});
  }
  runners.clear();
  {
    const std::lock_guard lock(view_mutex);
    view.clear();
  }
  if (on_closed) std::exchange(on_closed, {})();
}

}  // namespace lar::scheduler

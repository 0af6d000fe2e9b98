// The state of a LocalService, all of it on one executor but for what `view_mutex` guards.
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <mutex>
#include <stop_token>
#include <unordered_map>

#include "scheduler/core.h"
#include "scheduler/local_service.h"
#include "scheduler/stream_buffer.h"

namespace lar::scheduler {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// Everything about one request, on the executor.
struct Entry {
  Order order;
  std::string key;
  std::shared_ptr<StreamBuffer> buffer;
  Clock::time_point submitted;
  RunnerId runner = 0;
  uint32_t context = 0;  // that it needs
  std::vector<std::string> warnings;

  // Nothing of an answer has come yet: should its runner die, it goes to the next one. Once.
  std::optional<runtime::Request> unanswered;
  bool again = false;         // a runner has died on it
  bool is_ready = false;      // its stream has been told
  bool has_prompt = false;    // its PromptInfo has been sent
  std::optional<Error> lost;  // why it ended, until it is known whether its runner has died
};

struct RunnerEntry {
  ModelRef model;
  Size size;
  bool opening = true;  // its files are being opened and checked
  runner::LoadSpec spec;
  std::unique_ptr<runner::Runner> process;
};

// A model's footprint, or those who wait for it.
struct Plan {
  std::shared_ptr<const Footprint> footprint;
  uint32_t context = 0;  // whose sizes are known
  bool running = false;
  std::vector<RequestId> waiting;
};

struct LocalService::Impl : std::enable_shared_from_this<LocalService::Impl> {
  Impl(asio::any_io_executor on,
       ModelFiles& model_files,
       runner::RunnerFactory& f,
       ServiceOptions o)
      : executor(std::move(on)),
        files(model_files),
        factory(f),
        options(std::move(o)),
        workers(2),
        core(options.limits, UINT64_MAX),
        timer(executor),
        close_timer(executor) {}

  // ---- from any thread

  void post(std::function<void(Impl&)> what) {
    asio::post(executor, [self = shared_from_this(), what = std::move(what)] { what(*self); });
  }

  // For work that blocks. None is begun once the service goes: the workers are joined then, and
  // what waits for them would keep this alive for ever.
  template <class Work>
  void begin(Work work) {
    if (!stop_files.stop_requested()) asio::post(workers, std::move(work));
  }

  // ---- requests

  void accept(RequestId id, Order order, std::shared_ptr<StreamBuffer> buffer);
  void plan(RequestId id);
  void planned(const std::string& key, uint32_t context, Result<Footprint> footprint);
  void arrive(RequestId id, const std::shared_ptr<const Footprint>& footprint);
  void cancel(RequestId id);
  void on_event(RequestId id, runtime::Event&& event);
  void end(RequestId id);
  void flush_finished();
  void try_again(RunnerId dead);

  // ---- runners

  void opened(RunnerId id, Result<OpenFiles> opened_files);
  void on_loaded(RunnerId id, const runner::Loaded& loaded);
  void on_ended(RunnerId id, const runner::Ended& ended);
  void remove_runner(RunnerId id, const Error& error, bool crashed = false);

  // ---- the core's actions

  void settle();
  void apply(const StartRunner& start);
  void apply(const StopRunner& stop);
  void apply(const DropRunner& drop);
  void apply(const AttachRequest& attach);
  void apply(const CancelRequest& cancel);
  void apply(FailRequest& failure);

  void tell(const ModelRef& model, const std::string& what, bool bad) const {
    if (options.tell) options.tell(model, what, bad);
  }
  void set_timer();
  void refresh_budget();
  void publish();
  void shut_down(std::chrono::nanoseconds deadline, std::function<void()> done);
  void close();

  Time now() const { return Clock::now() - started; }

  asio::any_io_executor executor;
  ModelFiles& files;
  runner::RunnerFactory& factory;
  ServiceOptions options;
  asio::thread_pool workers;

  Core core;
  asio::steady_timer timer;
  Clock::time_point started = Clock::now();
  Clock::time_point budget_at{};
  std::unordered_map<RequestId, Entry> entries;
  std::map<RunnerId, RunnerEntry> runners;
  std::unordered_map<std::string, Plan> plans;
  std::vector<RequestId> finished;
  std::stop_source stop_files;
  bool closed = false;
  std::function<void()> on_closed;  // set: nothing new is accepted
  asio::steady_timer close_timer;

  std::atomic<RequestId> last_id{0};
  mutable std::mutex view_mutex;
  std::vector<LoadedModel> view;  // under view_mutex, as are the numbers
  ServiceStats numbers;
};

}  // namespace lar::scheduler

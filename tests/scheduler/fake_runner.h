// Runners without processes: the test says when they load, answer, crash and end. They keep the
// promises of runner.h: callbacks come from the executor, every request gets one final event.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>

#include "runner/runner.h"
#include "scheduler/model_files.h"

namespace lar::scheduler {

class FakeFactory;

class FakeRunner final : public runner::Runner {
 public:
  FakeRunner(FakeFactory& factory, runner::LoadSpec load, runner::RunnerCallbacks on);
  ~FakeRunner() override;
  FakeRunner(const FakeRunner&) = delete;
  FakeRunner& operator=(const FakeRunner&) = delete;

  void submit(runner::RequestId id, runtime::Request request, runner::EventSink sink) override {
    sinks[id] = std::move(sink);
    requests[id] = std::move(request);
  }
  void cancel(runner::RequestId id) override;
  void stop() override;
  runner::RunnerStats stats() const override { return {}; }
  int pid() const override { return -1; }

  // ---- what the test makes happen

  void progress(uint64_t done, uint64_t total) { callbacks.on_progress(done, total); }
  void loaded() { callbacks.on_loaded(runner::Loaded{.context = spec.options.context}); }
  void say(runner::RequestId id, std::string text) {
    sinks.at(id)(runtime::GenerateDelta{.content = std::move(text)});
  }
  void done(runner::RequestId id) { end(id, runtime::GenerateDone{.generated_tokens = 1}); }
  void end(runner::RequestId id, runtime::Event event) {
    const auto sink = std::move(sinks.at(id));
    sinks.erase(id);
    sink(std::move(event));
  }
  void crash() { gone(runner::Ended::Cause::kCrashed, {Code::kUnavailable, "the runner crashed"}); }
  void gone(runner::Ended::Cause cause, Error error) {
    while (!sinks.empty()) end(sinks.begin()->first, error);
    callbacks.on_ended({.cause = cause, .error = std::move(error)});
  }

  runner::LoadSpec spec;
  runner::RunnerCallbacks callbacks;
  std::map<runner::RequestId, runner::EventSink> sinks;
  std::map<runner::RequestId, runtime::Request> requests;
  std::vector<runner::RequestId> cancelled;
  bool ignores_stop = false;

 private:
  FakeFactory& factory_;
};

class FakeFactory final : public runner::RunnerFactory {
 public:
  explicit FakeFactory(boost::asio::io_context& context) : io(context) {}

  std::unique_ptr<runner::Runner> start(runner::LoadSpec spec,
                                        runner::RunnerCallbacks callbacks) override {
    auto made = std::make_unique<FakeRunner>(*this, std::move(spec), std::move(callbacks));
    ++starts;
    return made;
  }

  boost::asio::io_context& io;
  std::vector<FakeRunner*> alive;
  int starts = 0;
};

inline FakeRunner::FakeRunner(FakeFactory& factory,
                              runner::LoadSpec load,
                              runner::RunnerCallbacks on)
    : spec(std::move(load)), callbacks(std::move(on)), factory_(factory) {
  factory_.alive.push_back(this);
}

inline FakeRunner::~FakeRunner() {
  std::erase(factory_.alive, this);
}

inline void FakeRunner::cancel(runner::RequestId id) {
  cancelled.push_back(id);
  boost::asio::post(factory_.io, [this, &factory = factory_, id] {
    if (std::ranges::find(factory.alive, this) == factory.alive.end() || !sinks.contains(id))
      return;
    end(id, runtime::GenerateDone{.reason = runtime::DoneReason::kCancelled});
  });
}

inline void FakeRunner::stop() {
  if (ignores_stop) return;
  boost::asio::post(factory_.io, [this, &factory = factory_] {
    if (std::ranges::find(factory.alive, this) == factory.alive.end()) return;
    gone(runner::Ended::Cause::kStopped, {Code::kUnavailable, "the model was unloaded"});
  });
}

// Models without files: 300 bytes of weights and one byte a token of context.
class FakeModelFiles final : public ModelFiles {
 public:
  Result<Footprint> plan(const ModelRef& model,
                         const runtime::LoadOptions& /*options*/,
                         uint32_t /*context*/) override {
    if (model.name == "bad") return fail(Code::kDataCorrupt, "bad: not a GGUF file");
    return Footprint{.bytes =
                         [](const Size& size) {
                           return Bytes{.total = 300 + size.pool_tokens(),
                                        .private_part = size.pool_tokens()};
                         },
                     .context_max = 8192};
  }
  Result<OpenFiles> open(const ModelRef& model,
                         const std::function<void()>& /*alive*/,
                         std::stop_token /*stop*/) override {
    if (model.name == "gone") return fail(Code::kNotFound, "blob is missing");
    return OpenFiles{};
  }
};

}  // namespace lar::scheduler

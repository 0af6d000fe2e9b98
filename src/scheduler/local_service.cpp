#include "scheduler/local_service.h"

#include "runtime/options.h"
#include "scheduler/local_service_impl.h"
#include "scheduler/memory.h"

namespace lar::scheduler {
namespace {

constexpr size_t kPlansMax = 256;

}  // namespace

std::string runner_key(const ModelRef& model) {
  std::string key;
  for (const auto* digests : {&model.weights, &model.projectors, &model.adapters}) {
    for (const store::Digest& digest : *digests) key += digest.hex() + ",";
    key += ";";
  }
  // Another template of the same system comes along with each request.
  key += model.style.go_template.empty() ? "own;" : "go;";
  return key + model.style.renderer + ";" + model.style.parser;
}

// ---- requests

void LocalService::Impl::accept(RequestId id, Order order, std::shared_ptr<StreamBuffer> buffer) {
  if (closed || on_closed) {
    buffer->fail({Code::kUnavailable, "the server is shutting down"}, std::chrono::seconds(5));
    return;
  }
  Entry entry{.order = std::move(order),
              .key = {},
              .buffer = std::move(buffer),
              .submitted = Clock::now(),
              .warnings = {}};
  entry.key = runner_key(entry.order.model);
  entry.warnings = options.notes;
  for (std::string& note : runtime::unhonoured(entry.order.options)) {
    entry.warnings.push_back(std::move(note));
  }
  entries.emplace(id, std::move(entry));
  plan(id);
}

// Finds the model's footprint, then lets the request arrive.
void LocalService::Impl::plan(RequestId id) {
  const Entry& entry = entries.at(id);
  const uint32_t context = entry.order.options.num_ctx.value_or(options.load.context);
  if (plans.size() >= kPlansMax && !plans.contains(entry.key)) {
    std::erase_if(plans, [](const auto& p) { return !p.second.running; });
  }
  Plan& plan = plans[entry.key];
  const auto footprint = plan.footprint;
  const bool known = footprint && plan.context == std::min(context, footprint->context_max);
  if (!plan.running && footprint && (known || core.has_runner(entry.key))) {
    arrive(id, footprint);
    return;
  }
  if (plan.waiting.size() >= std::max(1U, options.limits.waiting_max)) {
    const auto buffer = entry.buffer;
    entries.erase(id);
    buffer->fail(
        {Code::kUnavailable, "server busy, please try again.  maximum pending requests exceeded"},
        std::chrono::seconds(1));
    const std::lock_guard lock(view_mutex);
    ++numbers.rejected;
    return;
  }
  plan.waiting.push_back(id);
  if (std::exchange(plan.running, true)) return;
  runtime::LoadOptions load = options.load;
  load.sequences = options.limits.running_max;
  begin([self = shared_from_this(), key = entry.key, model = entry.order.model, load, context] {
    auto result = self->files.plan(model, load, context);
    self->post([key, context, result = std::move(result)](Impl& impl) mutable {
      impl.planned(key, context, std::move(result));
    });
  });
}

void LocalService::Impl::planned(const std::string& key,
                                 uint32_t context,
                                 Result<Footprint> footprint) {
  Plan& plan = plans[key];
  plan.running = false;
  const std::vector<RequestId> waiting = std::exchange(plan.waiting, {});
  if (footprint) {
    plan.context = std::min(context, footprint->context_max);
    plan.footprint = std::make_shared<Footprint>(std::move(*footprint));
    const auto known = plan.footprint;
    for (const RequestId id : waiting) {
      if (entries.contains(id)) arrive(id, known);
    }
  } else {
    plans.erase(key);
    for (const RequestId id : waiting) {
      const auto it = entries.find(id);
      if (it == entries.end()) continue;
      const auto buffer = it->second.buffer;
      entries.erase(it);
      buffer->fail(footprint.error());
    }
  }
}

void LocalService::Impl::arrive(RequestId id, const std::shared_ptr<const Footprint>& footprint) {
  Entry& entry = entries.at(id);
  const runtime::Options& asked = entry.order.options;
  Arrival arrival{.id = id, .key = entry.key, .footprint = footprint};
  arrival.need.automatic_context = !asked.num_ctx.has_value();
  const uint32_t wanted = std::max(4U, asked.num_ctx.value_or(options.load.context));
  arrival.need.context = std::min(wanted, footprint->context_max);
  entry.context = arrival.need.context;
  if (asked.num_ctx && *asked.num_ctx > footprint->context_max) {
    entry.warnings.push_back("num_ctx: the model was trained for " +
                             std::to_string(footprint->context_max) + " tokens, not " +
                             std::to_string(*asked.num_ctx));
  }
  arrival.need.batch = asked.num_batch;
  if (asked.num_thread && *asked.num_thread > 0) arrival.need.threads = asked.num_thread;
  arrival.keep_alive = entry.order.keep_alive;
  arrival.load_only = !entry.order.request.has_value();
  arrival.again = entry.again;
  if (!entry.again) {
    const std::lock_guard lock(view_mutex);
    ++numbers.accepted;
  }
  refresh_budget();
  core.arrive(now(), std::move(arrival));
  settle();
}

void LocalService::Impl::cancel(RequestId id) {
  const auto it = entries.find(id);
  if (it == entries.end()) return;
  if (it->second.runner == 0) {
    // Either it waits in the core, or for its plan and the core does not know it.
    const auto buffer = it->second.buffer;
    core.cancel(now(), id);
    settle();
    entries.erase(id);
    buffer->fail({Code::kCancelled, "request canceled"});  // whoever still waits on it goes on
    return;
  }
  it->second.unanswered.reset();
  core.cancel(now(), id);
  settle();
}

void LocalService::Impl::on_event(RequestId id, runtime::Event&& event) {
  const auto it = entries.find(id);
  if (it == entries.end()) return;
  Entry& entry = it->second;
  const bool final = runtime::is_final(event);
  if (std::holds_alternative<runtime::PromptInfo>(event)) {
    if (std::exchange(entry.has_prompt, true)) return;
  } else if (auto* error = std::get_if<Error>(&event); error != nullptr && entry.unanswered) {
    entry.lost = std::move(*error);
    end(id);
    return;
  } else {
    entry.unanswered.reset();
  }
  if (const auto* done = std::get_if<runtime::GenerateDone>(&event)) {
    const std::lock_guard lock(view_mutex);
    numbers.prompt_tokens += done->prompt_tokens;
    numbers.cached_tokens += done->cached_tokens;
    numbers.generated_tokens += done->generated_tokens;
  } else if (std::holds_alternative<Error>(event)) {
    const std::lock_guard lock(view_mutex);
    ++numbers.failed;
  }
  const auto buffer = entry.buffer;
  if (!buffer->push(std::move(event))) {
    buffer->fail({Code::kResourceExhausted, "the answer was not read in time"});
    core.cancel(now(), id);
    settle();
  }
  if (!final) return;
  entries.erase(id);
  end(id);
}

// The end of its runner, if that is the cause, is told in this same turn: it has to come first, or
// the next request would be handed to what is already gone.
void LocalService::Impl::end(RequestId id) {
  finished.push_back(id);
  if (finished.size() == 1) post([](Impl& impl) { impl.flush_finished(); });
}

void LocalService::Impl::flush_finished() {
  for (const RequestId id : std::exchange(finished, {})) {
    if (const auto it = entries.find(id); it != entries.end() && it->second.lost) {
      {
        const std::lock_guard lock(view_mutex);
        ++numbers.failed;
      }
      it->second.buffer->fail(std::move(*it->second.lost));
      entries.erase(it);
    }
    core.finished(now(), id);
  }
  settle();
}

// Requests that a dead runner has not answered at all go to a new one.
void LocalService::Impl::try_again(RunnerId dead) {
  for (const RequestId id : std::vector(finished)) {
    const auto it = entries.find(id);
    if (it == entries.end() || !it->second.lost || it->second.runner != dead) continue;
    Entry& entry = it->second;
    if (entry.again) continue;
    std::erase(finished, id);
    entry.again = true;
    entry.lost.reset();
    entry.runner = 0;
    entry.order.request = std::move(entry.unanswered);
    entry.unanswered.reset();
    plan(id);
  }
}

// ---- the interface

namespace {

// Told when it is destroyed.
class LocalStream final : public Stream {
 public:
  LocalStream(std::shared_ptr<StreamBuffer> buffer, std::function<void()> on_gone)
      : buffer_(std::move(buffer)), on_gone_(std::move(on_gone)) {}
  ~LocalStream() override { on_gone_(); }
  LocalStream(const LocalStream&) = delete;
  LocalStream& operator=(const LocalStream&) = delete;

  asio::awaitable<Result<Ready>> ready() override { return buffer_->ready(); }
  asio::awaitable<runtime::Event> next() override { return buffer_->next(); }
  std::optional<std::chrono::seconds> retry_after() const override {
    return buffer_->retry_after();
  }

 private:
  std::shared_ptr<StreamBuffer> buffer_;
  std::function<void()> on_gone_;
};

}  // namespace

LocalService::LocalService(asio::any_io_executor executor,
                           ModelFiles& files,
                           runner::RunnerFactory& factory,
                           ServiceOptions options) {
  if (!options.available_bytes) options.available_bytes = [] { return available_memory(); };
  impl_ = std::make_shared<Impl>(std::move(executor), files, factory, std::move(options));
}

LocalService::~LocalService() {
  impl_->stop_files.request_stop();
  impl_->post([](Impl& impl) { impl.close(); });
  impl_->workers.join();
}

std::unique_ptr<Stream> LocalService::submit(Order order) {
  const RequestId id = ++impl_->last_id;
  auto buffer = std::make_shared<StreamBuffer>();
  // A std::function has to be copyable, which an order with its request is, but need not be copied.
  auto shared = std::make_shared<Order>(std::move(order));
  impl_->post([id, shared, buffer](Impl& impl) { impl.accept(id, std::move(*shared), buffer); });
  return std::make_unique<LocalStream>(buffer, [weak = impl_->weak_from_this(), id] {
    if (const auto impl = weak.lock()) impl->post([id](Impl& i) { i.cancel(id); });
  });
}

void LocalService::unload(const ModelRef& model) {
  impl_->post([key = runner_key(model)](Impl& impl) {
    impl.core.unload(impl.now(), key);
    impl.settle();
  });
}

std::vector<LoadedModel> LocalService::models() const {
  const std::lock_guard lock(impl_->view_mutex);
  return impl_->view;
}

ServiceStats LocalService::stats() const {
  const std::lock_guard lock(impl_->view_mutex);
  return impl_->numbers;
}

void LocalService::shut_down(std::chrono::nanoseconds deadline, std::function<void()> done) {
  impl_->post([deadline, done = std::move(done)](Impl& impl) { impl.shut_down(deadline, done); });
}

}  // namespace lar::scheduler

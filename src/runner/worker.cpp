#include "runner/worker.h"

#include <unistd.h>

#include <memory>
#include <numeric>
#include <utility>

#include "base/scheduling.h"
#include "gguf/reader.h"
#include "runner/runner_main.h"
#include "runtime/service.h"

namespace lar::runner {
namespace {

// Beyond the planned memory: stacks, tokenizer, templates, requests under way.
constexpr uint64_t kUnplannedBytes = 768U << 20;

Result<std::shared_ptr<const gguf::File>> open_file(const LoadMessage& load) {
  std::vector<int> fds(load.model_files);
  std::iota(fds.begin(), fds.end(), kFirstModelFd);
  auto file = gguf::File::open_fds(fds, load.name);
  for (const int fd : fds) ::close(fd);  // the mappings are enough
  return file;
}

Result<std::unique_ptr<runtime::Service>> load_service(const LoadMessage& load, Outbox& outbox) {
  LAR_TRY(auto file, open_file(load));
  runtime::warm_up(*file, [&](uint64_t done, uint64_t total) {
    outbox.send(ProgressMessage{.done_bytes = done, .total_bytes = total});
  });
  return runtime::Service::load(std::move(file), load.options, load.style);
}

Loaded describe(const runtime::Service& service,
                const LoadMessage& load,
                const SandboxReport& sandbox) {
  const runtime::ServiceFacts& facts = service.facts();
  Loaded loaded;
  loaded.context = facts.context;
  loaded.parallel = load.options.parallel;
  loaded.vocab = facts.info.vocab;
  loaded.embedding_width = facts.embedding_width;
  loaded.architecture = facts.info.architecture;
  loaded.memory = facts.memory;
  loaded.chat = facts.chat;
  loaded.tools = facts.tools;
  loaded.thinking = facts.thinking;
  loaded.infill = facts.infill;
  loaded.embeds = facts.embeds;
  loaded.reranks = facts.reranks;
  loaded.sandbox = sandbox.state;
  loaded.warnings = sandbox.lacks;
  return loaded;
}

// Puts the events of a step together.
class Batch final : public runtime::ServiceSink {
 public:
  void on_event(RequestId id, runtime::Event&& event) override {
    EventMessage message{.id = id, .event = std::move(event)};
    const Result<void> appended = append_frame(RunnerMessage(std::move(message)), frames_);
    if (appended) return;
    // The answer to one request is too long for anybody; the Error is not.
    (void)append_frame(RunnerMessage(EventMessage{.id = id, .event = Error(appended.error())}),
                       frames_);
  }
  void flush(Outbox& outbox) {
    if (!frames_.empty()) outbox.send_frames(frames_);
  }

 private:
  std::vector<uint8_t> frames_;
};

}  // namespace

Worker::Worker(LoadMessage load, SandboxReport sandbox, Inbox& inbox, Outbox& outbox)
    : load_(std::move(load)), sandbox_(std::move(sandbox)), inbox_(inbox), outbox_(outbox) {}

void Worker::run() {
  auto loaded = load_service(load_, outbox_);
  if (!loaded) {
    outbox_.send(LoadFailedMessage{.error = std::move(loaded).error()});
    return;
  }
  runtime::Service& service = **loaded;
  if (sandbox_.state != SandboxState::kOff) {
    const uint64_t planned = service.facts().memory.private_bytes();
    limit_memory(planned + planned / 4 + kUnplannedBytes);
    forbid_new_threads();
  }
  publish(service);
  outbox_.send(describe(service, load_, sandbox_));

  prefer_throughput();  // it is one of the threads that compute
  Batch batch;
  bool busy = false;
  while (true) {
    for (ServerMessage& message : inbox_.take(!busy)) {
      if (auto* submit = std::get_if<SubmitMessage>(&message)) {
        service.submit(submit->id, std::move(submit->request), batch);
      } else if (const auto* cancel = std::get_if<CancelMessage>(&message)) {
        service.cancel(cancel->id);
      }
    }
    batch.flush(outbox_);
    working_.store(true, std::memory_order_relaxed);
    busy = service.step(batch);
    working_.store(false, std::memory_order_relaxed);
    steps_.fetch_add(1, std::memory_order_relaxed);
    publish(service);
    batch.flush(outbox_);
  }
}

void Worker::publish(const runtime::Service& service) {
  const runtime::ServiceLoad load = service.current_load();
  const std::lock_guard lock(stats_mutex_);
  stats_ = {.running = load.running,
            .waiting = load.waiting,
            .blocks = load.blocks,
            .blocks_in_use = load.blocks_in_use,
            .blocks_cached = load.blocks_cached,
            .generated_tokens = load.generated_tokens,
            .prompt_tokens = load.prompt_tokens,
            .cached_tokens = load.cached_tokens};
}

PongMessage Worker::pulse() const {
  PongMessage pong{.steps = steps_.load(std::memory_order_relaxed),
                   .working = working_.load(std::memory_order_relaxed)};
  const std::lock_guard lock(stats_mutex_);
  pong.stats = stats_;
  return pong;
}

}  // namespace lar::runner

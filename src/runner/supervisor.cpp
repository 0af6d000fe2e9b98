#include "runner/supervisor.h"

#include <utility>

#include "runner/session.h"

namespace lar::runner {
namespace {

// The caller's handle: its end is the end of the process.
class ProcessRunner final : public Runner {
 public:
  explicit ProcessRunner(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  ~ProcessRunner() override { session_->abandon(); }

  void submit(RequestId id, runtime::Request request, EventSink sink) override {
    session_->submit(id, std::move(request), std::move(sink));
  }
  void cancel(RequestId id) override { session_->cancel(id); }
  void stop() override { session_->stop(); }
  RunnerStats stats() const override { return session_->stats(); }
  int pid() const override { return session_->pid(); }

 private:
  std::shared_ptr<Session> session_;  // shared with its pending operations
};

}  // namespace

Supervisor::Supervisor(boost::asio::any_io_executor executor, SupervisorOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      breaker_(std::make_shared<CircuitBreaker>()) {}

Supervisor::~Supervisor() = default;

std::unique_ptr<Runner> Supervisor::start(LoadSpec spec, RunnerCallbacks callbacks) {
  auto session = std::make_shared<Session>(executor_, options_, std::move(callbacks), breaker_);
  session->start(std::move(spec));
  return std::make_unique<ProcessRunner>(std::move(session));
}

}  // namespace lar::runner

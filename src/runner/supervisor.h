// Runners as processes: starts them, talks to them, notices when they die, hang or talk nonsense,
// and tells every open request. Lives on one executor (one thread, or a strand). The threads that
// run it outlive the runners: a runner dies with the thread that started it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "runner/circuit_breaker.h"
#include "runner/runner.h"
#include "runner/sandbox.h"

namespace lar::runner {

struct SupervisorOptions {
  std::string program = "/proc/self/exe";
  std::vector<std::string> arguments = {"runner"};
  SandboxMode sandbox = SandboxMode::kBestEffort;
  std::chrono::milliseconds heartbeat{1000};
  // Without a word for this long it is taken for hung and killed.
  std::chrono::milliseconds silence_max{3500};
  // One step of the engine may take this long; slow machines compute long prompts in few steps.
  std::chrono::milliseconds step_max{300'000};
};

// The time stop() gives a process before it is killed, and the kernel to take it away.
inline constexpr std::chrono::milliseconds kStopDeadline{2000};

// Unsent requests to one runner; more are refused.
inline constexpr size_t kUnsentBytesMax = 256U << 20;

class Supervisor final : public RunnerFactory {
 public:
  Supervisor(boost::asio::any_io_executor executor, SupervisorOptions options);
  ~Supervisor() override;

  std::unique_ptr<Runner> start(LoadSpec spec, RunnerCallbacks callbacks) override;

 private:
  boost::asio::any_io_executor executor_;
  SupervisorOptions options_;
  std::shared_ptr<CircuitBreaker> breaker_;  // shared with the runners' sessions
};

}  // namespace lar::runner

// The thread of a runner that owns the model: loads it, then takes requests from the inbox and
// steps as long as there is work.
#pragma once

#include <atomic>
#include <mutex>

#include "runner/inbox.h"
#include "runner/outbox.h"
#include "runner/protocol/messages.h"
#include "runner/sandbox.h"

namespace lar::runtime {
class Service;
}

namespace lar::runner {

class Worker {
 public:
  Worker(LoadMessage load, SandboxReport sandbox, Inbox& inbox, Outbox& outbox);

  // Never returns, but where the model cannot be loaded.
  void run();

  // For the heartbeat; from any thread.
  PongMessage pulse() const;

 private:
  LoadMessage load_;
  SandboxReport sandbox_;
  Inbox& inbox_;    // borrowed
  Outbox& outbox_;  // borrowed

  std::atomic<uint64_t> steps_{0};
  std::atomic<bool> working_{false};
  mutable std::mutex stats_mutex_;
  RunnerStats stats_;

  void publish(const runtime::Service& service);
};

}  // namespace lar::runner

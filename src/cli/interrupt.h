// Ctrl-C as a flag that loops look at, so that a command can stop between two steps.
#pragma once

#include <stop_token>
#include <thread>

namespace lar::cli {

// While it lives, SIGINT sets a flag instead of ending the program; a second one ends it.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;
  void reset();
};

// The same as a stop token, for what waits: requested soon after Ctrl-C.
class InterruptStop {
 public:
  InterruptStop();

  std::stop_token token() const { return source_.get_token(); }
  bool interrupted() const { return guard_.interrupted(); }

 private:
  InterruptGuard guard_;
  std::stop_source source_;
  std::jthread watcher_;
};

}  // namespace lar::cli

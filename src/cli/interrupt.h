// Ctrl-C as a flag that loops look at, so that a command can stop between two steps.
#pragma once

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

}  // namespace lar::cli

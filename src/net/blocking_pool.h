// Threads for work that blocks. They are started when there is work and none is free, up to a
// limit, and end when there was none for a while.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace lar::net {

class BlockingPool {
 public:
  explicit BlockingPool(size_t threads_max) : threads_max_(threads_max) {}

  // Waits until everything that was given is done.
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // Waits until nothing is left to do and nobody does anything.
  void drain();

  // Thread-safe. `work` must not throw.
  void run(std::function<void()> work);

 private:
  void serve();

  const size_t threads_max_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable work_ready_;
  std::condition_variable settled_;  // a thread has nothing to do, or has ended
  std::deque<std::function<void()>> queue_;
  size_t threads_ = 0;
  size_t idle_ = 0;
  bool ending_ = false;
};

}  // namespace lar::net

#include "net/blocking_pool.h"

#include <chrono>
#include <system_error>
#include <thread>

namespace lar::net {
namespace {

constexpr std::chrono::seconds kIdleMax{10};

}  // namespace

BlockingPool::~BlockingPool() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  work_ready_.notify_all();
  settled_.wait(lock, [this] { return threads_ == 0; });
}

void BlockingPool::drain() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return queue_.empty() && threads_ == idle_; });
}

void BlockingPool::run(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  queue_.push_back(std::move(work));
  if (queue_.size() <= idle_) {
    work_ready_.notify_one();
    return;
  }
  if (threads_ >= threads_max_) return;
  try {
    std::thread([this] { serve(); }).detach();
    ++threads_;
  } catch (const std::system_error&) {
    // No thread to be had: one of those that run takes the work, or the next call tries again.
  }
}

void BlockingPool::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    settled_.notify_all();
    const bool woken =
        work_ready_.wait_for(lock, kIdleMax, [this] { return ending_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty() && (ending_ || !woken)) break;
    if (queue_.empty()) continue;
    const auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
  --threads_;
  settled_.notify_all();
}

}  // namespace lar::net

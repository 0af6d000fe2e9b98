// Values from threads that block to a coroutine that awaits them, in order and bounded: the way
// that the progress of a pull or a create reaches its client.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "net/event_loop.h"

namespace lar::net {

// One coroutine receives; any threads send. Shared by both sides through a shared_ptr.
template <class T>
class Channel {
 public:
  Channel(EventLoop& loop, size_t capacity) : wakeup_(loop), capacity_(capacity) {}

  // Blocks while the channel is full. False once it is closed: nobody receives any more.
  bool send(T value) {
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return closed_ || queue_.size() < capacity_; });
      if (closed_) return false;
      queue_.push_back(std::move(value));
    }
    wakeup_.notify();
    return true;
  }

  // Does not block: false if the value was not taken (full, or closed).
  bool try_send(T value) {
    {
      const std::scoped_lock lock(mutex_);
      if (closed_ || queue_.size() >= capacity_) return false;
      queue_.push_back(std::move(value));
    }
    wakeup_.notify();
    return true;
  }

  // From either side: no more values. What is in the channel can still be received.
  void close() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    wakeup_.notify();
  }

  // nullopt: closed and empty.
  awaitable<std::optional<T>> receive() {
    for (;;) {
      {
        const std::scoped_lock lock(mutex_);
        if (!queue_.empty()) {
          T value = std::move(queue_.front());
          queue_.pop_front();
          room_.notify_one();
          co_return value;
        }
        if (closed_) co_return std::nullopt;
      }
      co_await wakeup_.wait();
    }
  }

 private:
  Wakeup wakeup_;
  const size_t capacity_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable room_;
  std::deque<T> queue_;
  bool closed_ = false;
};

}  // namespace lar::net

// What a runner has sent for one request and its reader has not taken yet: bounded, and the meeting
// point of two executors.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <mutex>

#include "scheduler/service.h"

namespace lar::scheduler {

// Every method may be called from any thread; one coroutine reads.
class StreamBuffer : public std::enable_shared_from_this<StreamBuffer> {
 public:
  // Deltas beyond this many are joined with the one before.
  static constexpr size_t kEventsMax = 64;
  // Text of all events that wait; a reader that is this far behind is gone, or might as well be.
  static constexpr size_t kBytesMax = 8U << 20U;

  void set_ready(Ready ready);

  // Ends the stream, in whatever phase; what was pushed before is still read.
  void fail(Error error, std::optional<std::chrono::seconds> retry_after = {});

  // False where the reader is too far behind; the event is dropped then.
  bool push(runtime::Event&& event);

  boost::asio::awaitable<Result<Ready>> ready();
  boost::asio::awaitable<runtime::Event> next();
  std::optional<std::chrono::seconds> retry_after() const;

 private:
  // Resumes the reader, on its own executor and never from within the call.
  using Waiter = std::function<void()>;

  // Returns when something has changed, at once if `changed()` holds already, or when the waiting
  // operation was cancelled.
  template <class Changed>
  boost::asio::awaitable<void> wait(Changed changed);
  static void wake(const Waiter& waiter);
  runtime::Event take();  // the mutex is held

  mutable std::mutex mutex_;
  std::optional<Result<Ready>> ready_;
  std::optional<std::chrono::seconds> retry_after_;
  std::deque<runtime::Event> events_;
  size_t bytes_ = 0;
  bool ended_ = false;
  Waiter waiter_;
};

}  // namespace lar::scheduler

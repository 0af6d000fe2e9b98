// The thread that all network code of the server runs on, and the way from it to work that blocks.
//
// Coroutines are boost::asio::awaitable<T>; one loop runs them on one thread, so what they share
// needs no lock. What blocks (disk, hashing) is handed to the loop's pool of threads and awaited:
//
//   auto listing = co_await loop.blocking([&] { return store.list(); });
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <type_traits>

namespace boost::asio {
class io_context;
}

namespace lar::net {

template <class T>
using awaitable = boost::asio::awaitable<T>;

inline constexpr size_t kBlockingThreadsMax = 64;

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs until stop(); on the calling thread.
  void run();

  // Thread-safe. run() returns soon; what was suspended is not resumed any more.
  void stop();

  // Waits for work that threads of the pool still do; after run() has returned, before what that
  // work refers to goes away.
  void drain();

  // Thread-safe. Runs `work` on the loop's thread.
  void post(std::function<void()> work);

  // Starts a coroutine on the loop. Thread-safe. Exceptions end in std::terminate.
  void spawn(std::function<awaitable<void>()> coroutine);

  // Calls `handler` on the loop for each of these signals, instead of what they usually do.
  void on_signals(std::initializer_list<int> signals, std::function<void(int)> handler);

  // Awaits `work` being done by a thread of the pool. It is always finished before this returns:
  // what it refers to stays alive. `work` must not throw.
  template <class F>
  awaitable<std::invoke_result_t<F>> blocking(F work) {
    using T = std::invoke_result_t<F>;
    if constexpr (std::is_void_v<T>) {
      co_await run_blocking([&work] { work(); });
    } else {
      std::optional<T> result;
      co_await run_blocking([&work, &result] { result.emplace(work()); });
      co_return std::move(*result);
    }
  }

  // Thread-safe. The same for work that nobody awaits; what it refers to it must own.
  void run_detached(std::function<void()> work);

  awaitable<void> sleep_for(std::chrono::milliseconds time);

  boost::asio::io_context& context();

 private:
  struct Impl;
  awaitable<void> run_blocking(std::function<void()> work);

  std::unique_ptr<Impl> impl_;
};

// Wakes one waiting coroutine, from any thread; a call that nobody waits for is remembered.
class Wakeup {
 public:
  explicit Wakeup(EventLoop& loop);

  // Thread-safe, also after the waiter is gone.
  void notify() const;

  // Returns once notify() was called since the last time.
  awaitable<void> wait();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lar::net

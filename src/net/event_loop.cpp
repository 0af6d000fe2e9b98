#include "net/event_loop.h"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "base/scheduling.h"
#include "net/blocking_pool.h"

namespace lar::net {
namespace asio = boost::asio;

struct EventLoop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  std::unique_ptr<asio::signal_set> signals;
  // The last member: its work may use the context until it is done.
  BlockingPool pool{kBlockingThreadsMax};
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  prefer_latency();
  impl_->context.run();
}

void EventLoop::stop() {
  impl_->context.stop();
}

void EventLoop::drain() {
  impl_->pool.drain();
}

void EventLoop::post(std::function<void()> work) {
  asio::post(impl_->context, std::move(work));
}

void EventLoop::spawn(std::function<awaitable<void>()> coroutine) {
  asio::co_spawn(impl_->context, std::move(coroutine), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
}

namespace {

void await_signal(asio::signal_set& signals, std::function<void(int)> handler) {
  signals.async_wait([&signals, handler](const boost::system::error_code& error, int signal) {
    if (error) return;
    handler(signal);
    await_signal(signals, handler);
  });
}

}  // namespace

void EventLoop::on_signals(std::initializer_list<int> signals, std::function<void(int)> handler) {
  impl_->signals = std::make_unique<asio::signal_set>(impl_->context);
  for (const int signal : signals) impl_->signals->add(signal);
  await_signal(*impl_->signals, std::move(handler));
}

awaitable<void> EventLoop::run_blocking(std::function<void()> work) {
  // No cancellation slot is connected, so the coroutine stays suspended until the work is done.
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
      [this](auto handler, std::function<void()> job) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto guard = asio::make_work_guard(impl_->context);
        impl_->pool.run([this, shared, guard, job = std::move(job)] {
          job();
          asio::post(impl_->context, [shared] { (*shared)(); });
        });
      },
      asio::use_awaitable, std::move(work));
}

void EventLoop::run_detached(std::function<void()> work) {
  impl_->pool.run(std::move(work));
}

awaitable<void> EventLoop::sleep_for(std::chrono::milliseconds time) {
  asio::steady_timer timer(impl_->context, time);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::io_context& EventLoop::context() {
  return impl_->context;
}

struct Wakeup::State {
  explicit State(asio::io_context& loop)
      : context(loop), timer(loop, asio::steady_timer::time_point::max()) {}

  asio::io_context& context;
  asio::steady_timer timer;      // only touched on the loop
  std::atomic<bool> set{false};  // notify() was called and wait() has not seen it
};

Wakeup::Wakeup(EventLoop& loop) : state_(std::make_shared<State>(loop.context())) {}

void Wakeup::notify() const {
  if (state_->set.exchange(true)) return;
  asio::post(state_->context, [state = state_] { state->timer.cancel(); });
}

awaitable<void> Wakeup::wait() {
  const auto state = state_;
  while (!state->set.exchange(false)) {
    co_await state->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if ((co_await asio::this_coro::cancellation_state).cancelled() !=
        asio::cancellation_type::none) {
      co_return;
    }
  }
}

}  // namespace lar::net

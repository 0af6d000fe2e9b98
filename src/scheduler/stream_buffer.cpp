#include "scheduler/stream_buffer.h"

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>

namespace lar::scheduler {
namespace asio = boost::asio;
namespace {

size_t bytes_of(const runtime::GenerateDelta& delta) {
  size_t bytes = delta.content.size() + delta.thinking.size();
  for (const auto& call : delta.tool_calls) bytes += call.name.size() + call.arguments.size() + 16;
  for (const auto& token : delta.logprobs) bytes += 64 * (1 + token.top.size());
  return bytes;
}

size_t bytes_of(const runtime::Event& event) {
  const auto* delta = std::get_if<runtime::GenerateDelta>(&event);
  return delta != nullptr ? bytes_of(*delta) : 0;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void join(runtime::GenerateDelta& to, runtime::GenerateDelta&& from) {
  to.content += from.content;
  to.thinking += from.thinking;
  append(to.tool_calls, std::move(from.tool_calls));
  append(to.logprobs, std::move(from.logprobs));
  to.made = from.made;
}

// Thinking comes before content in one delta, so a thought may not be joined to an answer.
bool may_join(const runtime::GenerateDelta& to, const runtime::GenerateDelta& from) {
  return from.thinking.empty() || (to.content.empty() && to.tool_calls.empty());
}

}  // namespace

void StreamBuffer::set_ready(Ready ready) {
  Waiter waiter;
  {
    const std::lock_guard lock(mutex_);
    ready_ = std::move(ready);
    waiter = std::exchange(waiter_, {});
  }
  wake(waiter);
}

void StreamBuffer::fail(Error error, std::optional<std::chrono::seconds> retry_after) {
  Waiter waiter;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    retry_after_ = retry_after;
    if (ready_) {
      events_.emplace_back(std::move(error));
    } else {
      ready_ = std::unexpected(std::move(error));
    }
    waiter = std::exchange(waiter_, {});
  }
  wake(waiter);
}

bool StreamBuffer::push(runtime::Event&& event) {
  Waiter waiter;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return true;
    ended_ = runtime::is_final(event);
    const size_t bytes = bytes_of(event);
    if (bytes_ + bytes > kBytesMax) return false;
    bytes_ += bytes;
    auto* delta = std::get_if<runtime::GenerateDelta>(&event);
    auto* last = events_.empty() ? nullptr : std::get_if<runtime::GenerateDelta>(&events_.back());
    if (delta != nullptr && last != nullptr && events_.size() >= kEventsMax &&
        may_join(*last, *delta)) {
      join(*last, std::move(*delta));
    } else {
      events_.push_back(std::move(event));
    }
    waiter = std::exchange(waiter_, {});
  }
  wake(waiter);
  return true;
}

void StreamBuffer::wake(const Waiter& waiter) {
  if (waiter) waiter();
}

template <class Changed>
asio::awaitable<void> StreamBuffer::wait(Changed changed) {
  const auto initiate = [this, changed](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    Waiter waiter = [held = std::make_shared<decltype(handler)>(std::move(handler))] {
      const auto executor = asio::get_associated_executor(*held);
      asio::post(executor, std::move(*held));
    };
    if (slot.is_connected()) {
      slot.assign([weak = weak_from_this()](asio::cancellation_type) {
        const auto self = weak.lock();
        if (!self) return;
        Waiter cancelled;
        {
          const std::lock_guard lock(self->mutex_);
          cancelled = std::exchange(self->waiter_, {});
        }
        wake(cancelled);
      });
    }
    {
      const std::lock_guard lock(mutex_);
      if (!changed()) {
        waiter_ = std::move(waiter);
        return;
      }
    }
    wake(waiter);
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate,
                                                                       asio::use_awaitable);
}

asio::awaitable<Result<Ready>> StreamBuffer::ready() {
  const auto self = shared_from_this();  // the stream may go while this waits
  const auto known = [this] { return ready_.has_value(); };
  co_await wait(known);
  const std::lock_guard lock(mutex_);
  if (!ready_) co_return lar::fail(Code::kCancelled, "request canceled");
  co_return *ready_;
}

asio::awaitable<runtime::Event> StreamBuffer::next() {
  const auto self = shared_from_this();
  const auto there = [this] { return !events_.empty() || ended_; };
  {
    // The common case of a reader that is behind needs no turn of the event loop.
    const std::lock_guard lock(mutex_);
    if (!events_.empty()) co_return take();
  }
  co_await wait(there);
  const std::lock_guard lock(mutex_);
  if (events_.empty()) co_return Error{Code::kCancelled, "request canceled"};
  co_return take();
}

runtime::Event StreamBuffer::take() {
  runtime::Event event = std::move(events_.front());
  events_.pop_front();
  bytes_ -= std::min(bytes_, bytes_of(event));
  return event;
}

std::optional<std::chrono::seconds> StreamBuffer::retry_after() const {
  const std::lock_guard lock(mutex_);
  return retry_after_;
}

}  // namespace lar::scheduler

#include "server/openai/choices.h"

#include <algorithm>

namespace lar::server::openai {

net::awaitable<std::expected<void, HttpError>> Choices::ready() {
  const auto first = co_await streams_.front()->ready();
  if (!first) co_return std::unexpected(error(0, first.error()));
  ready_ = 1;
  warnings_.insert(warnings_.end(), first->warnings.begin(), first->warnings.end());
  co_return std::expected<void, HttpError>{};
}

net::awaitable<std::pair<uint32_t, runtime::Event>> Choices::next() {
  const uint32_t index = current_;
  if (index >= ready_) {
    const auto ready = co_await streams_[index]->ready();
    if (!ready) co_return std::pair(index, runtime::Event(ready.error()));
    ready_ = index + 1;
  }
  runtime::Event event = co_await streams_[index]->next();
  if (runtime::is_final(event)) ++current_;
  co_return std::pair(index, std::move(event));
}

net::awaitable<Result<Answer>> Choices::whole(uint32_t index) {
  if (index >= ready_) {
    const auto ready = co_await streams_[index]->ready();
    if (!ready) co_return std::unexpected(ready.error());
    ready_ = index + 1;
  }
  current_ = index + 1;
  co_return co_await collect(*streams_[index]);
}

HttpError Choices::error(uint32_t index, const Error& error) const {
  return service_error(*streams_[index], error);
}

}  // namespace lar::server::openai

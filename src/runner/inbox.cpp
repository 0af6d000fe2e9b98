#include "runner/inbox.h"

#include <utility>

namespace lar::runner {

void Inbox::put(ServerMessage message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  arrived_.notify_one();
}

std::vector<ServerMessage> Inbox::take(bool wait) {
  std::unique_lock lock(mutex_);
  if (wait) arrived_.wait(lock, [&] { return !messages_.empty(); });
  return std::exchange(messages_, {});
}

}  // namespace lar::runner

#include "runner/outbox.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace lar::runner {

void Outbox::send(const RunnerMessage& message) {
  std::vector<uint8_t> frame;
  if (!append_frame(message, frame)) return;  // all but events are far below the limit
  send_frames(frame);
}

void Outbox::send_frames(std::vector<uint8_t>& frames) {
  const std::lock_guard lock(mutex_);
  size_t sent = 0;
  while (sent < frames.size()) {
    const ssize_t n = ::send(socket_, frames.data() + sent, frames.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ::_exit(0);
    sent += static_cast<size_t>(n);
  }
  frames.clear();
}

}  // namespace lar::runner

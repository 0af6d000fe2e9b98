// The runner's end of the socket for writing. Frames of one step go out in one call. A server that
// does not read stops the runner: nothing piles up here.
#pragma once

#include <mutex>
#include <vector>

#include "runner/protocol/messages.h"

namespace lar::runner {

class Outbox {
 public:
  explicit Outbox(int socket) : socket_(socket) {}

  // Writes the message at once. From any thread. Ends the process where the server is gone.
  void send(const RunnerMessage& message);

  // Writes frames that the caller has put together.
  void send_frames(std::vector<uint8_t>& frames);

 private:
  int socket_;
  std::mutex mutex_;
};

}  // namespace lar::runner

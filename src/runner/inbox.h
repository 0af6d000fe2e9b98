// Messages from the thread that reads the socket to the thread that owns the model.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "runner/protocol/messages.h"

namespace lar::runner {

class Inbox {
 public:
  void put(ServerMessage message);

  // All that is there; with `wait` not before there is something.
  std::vector<ServerMessage> take(bool wait);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<ServerMessage> messages_;
};

}  // namespace lar::runner

// What endpoints work with. Made once by the program, borrowed by every request; there is nothing
// else that they could reach.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "net/event_loop.h"
#include "server/config.h"
#include "store/store.h"

namespace lar::scheduler {
class Service;
}

namespace lar::server {

class ModelCatalog;

// Progress of a transfer, as pull and push tell it line by line.
struct TransferProgress {
  std::string status;
  std::string digest;  // empty, or of the blob that moves
  uint64_t total = 0;
  uint64_t completed = 0;
};

struct TransferOptions {
  bool insecure = false;
  std::function<void(const TransferProgress&)> progress;
  std::stop_token stop;
};

// Moves models between the store and registries. Blocks the calling thread (EventLoop::blocking).
class ModelTransfer {
 public:
  virtual ~ModelTransfer() = default;
  virtual Result<void> pull(const store::ModelName& name, const TransferOptions& options) = 0;
  virtual Result<void> push(const store::ModelName& name, const TransferOptions& options) = 0;
};

struct ServerContext {
  const ServerConfig& config;
  net::EventLoop& loop;
  const store::Store& store;
  const Logger& log;
  ModelCatalog& catalog;  // what is known of stored models, kept in memory

  // nullptr: this server was built or started without it, and says so where it is needed.
  scheduler::Service* models = nullptr;
  ModelTransfer* transfer = nullptr;
};

}  // namespace lar::server

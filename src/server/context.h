// What endpoints work with. Made once by the program, borrowed by every request; there is nothing
// else that they could reach.
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "net/event_loop.h"
#include "server/config.h"
#include "store/store.h"

namespace lar::scheduler {
class Service;
}
namespace lar::registry {
class Registry;
}

namespace lar::server {

class ModelCatalog;

struct ServerContext {
  const ServerConfig& config;
  net::EventLoop& loop;
  const store::Store& store;
  const Logger& log;
  ModelCatalog& catalog;  // what is known of stored models, kept in memory

  // nullptr: this server was built or started without it, and says so where it is needed.
  scheduler::Service* models = nullptr;
  registry::Registry* registry = nullptr;
};

}  // namespace lar::server

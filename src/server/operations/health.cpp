// GET /health: the server answers, so it lives. GET /ready: it could run a model now; 503 and the
// reason where it could not.
#include <filesystem>

#include "scheduler/service.h"
#include "server/catalog.h"
#include "server/json_request.h"
#include "server/operations/endpoints.h"
#include "server/reply.h"

namespace lar::server::operations {
namespace {

// A sentence, or nothing if requests can be served.
std::optional<std::string> why_not_ready(ServerContext& context) {
  if (context.models == nullptr) return "this server runs no models";
  std::error_code ignored;
  const auto folder = std::filesystem::status(context.config.models, ignored);
  if (std::filesystem::exists(folder) && !std::filesystem::is_directory(folder)) {
    return "what should be the folder of models is none";
  }
  if (const auto list = context.catalog.list(); !list) {
    return "the models cannot be listed: " + list.error().message;
  }
  return std::nullopt;
}

}  // namespace

net::awaitable<void> health(Call& call) {
  Json body;
  body["status"] = "ok";
  body["version"] = call.context.config.version;
  co_await send_json(call, 200, go_json(body));
}

net::awaitable<void> ready(Call& call) {
  ServerContext& context = call.context;
  const auto reason = co_await context.loop.blocking([&] { return why_not_ready(context); });
  Json body;
  body["status"] = reason ? "unavailable" : "ready";
  if (reason) body["error"] = *reason;
  if (context.models != nullptr) {
    const scheduler::ServiceStats stats = context.models->stats();
    body["running"] = stats.running;
    body["waiting"] = stats.waiting;
  }
  co_await send_json(call, reason ? 503 : 200, go_json(body));
}

}  // namespace lar::server::operations

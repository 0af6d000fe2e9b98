// GET /api/version
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> version(Call& call) {
  Json body;
  body["version"] = kOllamaVersion;
  body["lar"] = call.context.config.version;
  body["sandbox"] = call.context.config.sandbox;
  co_await send_json(call, 200, go_json(body));
}

}  // namespace lar::server::ollama

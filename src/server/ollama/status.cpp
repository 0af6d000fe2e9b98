// GET /api/status, and what Ollama asks its cloud for: there is none here, whatever anybody
// configures.
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> status(Call& call) {
  Json body;
  body["cloud"] = {{"disabled", true}, {"source", "config"}};
  co_await send_json(call, 200, go_json(body));
}

net::awaitable<void> no_cloud(Call& call) {
  co_await send_error(call, HttpError{403, "this server has no cloud", {}});
}

}  // namespace lar::server::ollama

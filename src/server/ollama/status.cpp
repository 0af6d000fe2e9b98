// GET /api/status: there is no cloud here, whatever anybody configures.
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> status(Call& call) {
  Json body;
  body["cloud"] = {{"disabled", true}, {"source", "config"}};
  co_await send_json(call, 200, go_json(body));
}

}  // namespace lar::server::ollama

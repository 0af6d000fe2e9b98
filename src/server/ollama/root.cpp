// GET and HEAD /: how clients find out whether a server is there.
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> root(Call& call) {
  co_await send_text(call, 200, "Ollama is running");
}

}  // namespace lar::server::ollama

// POST /api/copy: a second name for a model.
#include <fmt/format.h>

#include "server/catalog.h"
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> copy(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const std::string source = fields.text("source");
  const std::string destination = fields.text("destination");
  if (co_await fields.refused(call)) co_return;

  const auto from = store::ModelName::parse(source);
  if (!from) {
    co_await send_error(call, HttpError{400, fmt::format("source \"{}\" is invalid", source), {}});
    co_return;
  }
  const auto to = store::ModelName::parse(destination);
  if (!to || to->pin()) {
    co_await send_error(
        call, HttpError{400, fmt::format("destination \"{}\" is invalid", destination), {}});
    co_return;
  }
  ServerContext& context = call.context;
  const auto copied =
      co_await context.loop.blocking([&] { return context.store.copy(*from, *to); });
  context.catalog.invalidate();
  if (copied) {
    co_await send_empty(call, 200);
  } else if (copied.error().code == Code::kNotFound) {
    co_await send_error(call, HttpError{404, fmt::format("model \"{}\" not found", source), {}});
  } else {
    co_await send_error(call, copied.error());
  }
}

}  // namespace lar::server::ollama

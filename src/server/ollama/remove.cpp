// DELETE /api/delete: takes a name away, and the blobs that only it used.
#include <fmt/format.h>

#include "server/catalog.h"
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {

net::awaitable<void> remove(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Fields fields(*body);
  const std::string model = model_field(fields);
  if (co_await fields.refused(call)) co_return;

  const auto name = store::ModelName::parse(model);
  if (!name) {
    co_await send_error(call, HttpError{400, fmt::format("name \"{}\" is invalid", model), {}});
    co_return;
  }
  ServerContext& context = call.context;
  const auto removed = co_await context.loop.blocking([&] { return context.store.remove(*name); });
  context.catalog.invalidate();
  if (removed) {
    co_await send_empty(call, 200);
  } else if (removed.error().code == Code::kNotFound) {
    co_await send_error(call, HttpError{404, fmt::format("model '{}' not found", model), {}});
  } else {
    co_await send_error(call, removed.error());
  }
}

}  // namespace lar::server::ollama

// GET /v1/models and /v1/models/:model
#include <fmt/format.h>

#include "server/catalog.h"
#include "server/json_request.h"
#include "server/openai/endpoints.h"
#include "server/reply.h"

namespace lar::server::openai {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

Json model_json(const std::string& id, int64_t modified_ns, const std::string& owner) {
  Json entry;
  entry["id"] = id;
  entry["object"] = "model";
  entry["created"] = modified_ns / kNsPerSecond;
  entry["owned_by"] = owner;
  return entry;
}

Result<std::string> list_body(ModelCatalog& catalog) {
  LAR_TRY(const auto models, catalog.list());
  Json data = nullptr;  // Ollama's form of an empty list, which clients know
  for (const ListedModel& model : *models) {
    const store::ModelName& name = model.stored.name;
    data.push_back(model_json(name.shortest(), model.stored.modified_ns, name.name_space()));
  }
  Json body;
  body["object"] = "list";
  body["data"] = std::move(data);
  return go_json(body);
}

}  // namespace

net::awaitable<void> models(Call& call) {
  ServerContext& context = call.context;
  auto body = co_await context.loop.blocking([&] { return list_body(context.catalog); });
  if (!body) {
    co_await send_error(call, body.error());
    co_return;
  }
  co_await send_json(call, 200, std::move(*body));
}

net::awaitable<void> model(Call& call) {
  const std::string asked(call.param("model"));
  const auto name = store::ModelName::parse(asked);
  if (!name) {
    co_await send_error(call, name.error());
    co_return;
  }
  ServerContext& context = call.context;
  const auto stored = co_await context.loop.blocking([&] { return context.store.manifest(*name); });
  if (stored) {
    const Json entry = model_json(asked, stored->modified_ns, stored->name.name_space());
    co_await send_json(call, 200, go_json(entry));
  } else if (stored.error().code == Code::kNotFound) {
    co_await send_error(call, HttpError{404, fmt::format("model '{}' not found", asked), {}});
  } else {
    co_await send_error(call, stored.error());
  }
}

}  // namespace lar::server::openai

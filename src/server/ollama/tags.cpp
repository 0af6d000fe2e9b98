// GET and HEAD /api/tags: the models in the store, newest first.
#include "server/catalog.h"
#include "server/json_request.h"
#include "server/model_json.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"
#include "server/times.h"

namespace lar::server::ollama {
namespace {

Json entry_of(const ListedModel& model) {
  const store::ConfigBlob& config = model.card->config;
  const std::string name = model.stored.name.shortest();
  Json entry;
  entry["name"] = name;
  entry["model"] = name;
  if (!config.remote_model.empty()) entry["remote_model"] = config.remote_model;
  if (!config.remote_host.empty()) entry["remote_host"] = config.remote_host;
  entry["modified_at"] = local_time(model.stored.modified_ns);
  entry["size"] = model.stored.size();
  entry["digest"] = model.stored.digest.hex();
  entry["details"] = details_json(config, model.card->parent_model);
  if (!model.card->capabilities.empty()) entry["capabilities"] = model.card->capabilities;
  return entry;
}

std::string list_body(const ModelList& models) {
  Json entries = Json::array();
  for (const ListedModel& model : models) entries.push_back(entry_of(model));
  Json body;
  body["models"] = std::move(entries);
  return go_json(body);
}

}  // namespace

net::awaitable<void> tags(Call& call) {
  ServerContext& context = call.context;
  const auto body =
      co_await context.loop.blocking([&] { return context.catalog.list_text(list_body); });
  if (!body) {
    co_await send_error(call, body.error());
    co_return;
  }
  std::string text = **body;
  co_await send_json(call, 200, std::move(text));
}

}  // namespace lar::server::ollama

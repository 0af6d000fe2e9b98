// GET /api/ps: the models in memory and on their way there.
#include "scheduler/service.h"
#include "server/json_request.h"
#include "server/ollama/endpoints.h"
#include "server/reply.h"
#include "server/times.h"

namespace lar::server::ollama {
namespace {

// Of a model that never leaves: as far ahead as 64 bits of nanoseconds reach.
std::string end_of(const scheduler::LoadedModel& loaded) {
  if (!loaded.expires_at) return utc_time(INT64_MAX);
  return utc_time(
      std::chrono::duration_cast<std::chrono::nanoseconds>(loaded.expires_at->time_since_epoch())
          .count());
}

std::string_view state_name(scheduler::LoadedModel::State state) {
  switch (state) {
    case scheduler::LoadedModel::State::kLoading: return "loading";
    case scheduler::LoadedModel::State::kReady: return "ready";
    case scheduler::LoadedModel::State::kStopping: return "stopping";
  }
  return "ready";
}

Json model_json(const scheduler::LoadedModel& loaded) {
  const scheduler::ModelRef& model = loaded.model;
  Json json;
  json["name"] = model.name;
  json["model"] = model.name;
  json["size"] = loaded.bytes;
  json["digest"] = model.digest;
  json["details"] = {{"parent_model", model.parent_model},
                     {"format", model.format},
                     {"family", model.family},
                     {"families", model.families},
                     {"parameter_size", model.parameter_size},
                     {"quantization_level", model.quantization_level}};
  json["expires_at"] = end_of(loaded);
  json["size_vram"] = loaded.device_bytes;
  json["context_length"] = loaded.context;
  json["status"] = state_name(loaded.state);
  if (loaded.state == scheduler::LoadedModel::State::kLoading) json["progress"] = loaded.progress;
  return json;
}

}  // namespace

net::awaitable<void> ps(Call& call) {
  Json body;
  body["models"] = Json::array();
  if (call.context.models != nullptr) {
    for (const scheduler::LoadedModel& loaded : call.context.models->models()) {
      body["models"].push_back(model_json(loaded));
    }
  }
  co_await send_json(call, 200, go_json(body));
}

}  // namespace lar::server::ollama

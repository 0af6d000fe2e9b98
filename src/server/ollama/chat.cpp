// POST /api/chat: the next message of a conversation; without messages the model is only loaded or
// unloaded.
#include <array>

#include "server/inference/ollama_messages.h"
#include "server/ollama/endpoints.h"
#include "server/ollama/generation.h"
#include "server/reply.h"

namespace lar::server::ollama {
namespace {

constexpr std::array<std::string_view, 2> kOwnFields = {"messages", "tools"};

}  // namespace

net::awaitable<void> chat(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Generation generation{.form = Form::kChat};
  Fields fields(*body);
  const Json* list = fields.array("messages");
  auto common = read_fields(call, *body, fields, kOwnFields);
  if (!common) co_return co_await send_error(call, common.error());
  generation.fields = std::move(*common);
  ParsedMessages parsed;
  if (list != nullptr) {
    auto messages = parse_messages(*list);
    if (!messages) co_return co_await send_error(call, messages.error());
    parsed = std::move(*messages);
  }
  auto tools = parse_tools(fields.find("tools"));
  if (!tools) co_return co_await send_error(call, tools.error());
  generation.request.tools = std::move(*tools);

  const std::string& asked = generation.fields.model;
  if (asked.empty()) co_return co_await send_error(call, HttpError{400, "model is required", {}});
  auto model = co_await resolve_model(call.context, asked);
  if (!model) co_return co_await send_error(call, model_error(model.error(), asked));
  generation.model = std::move(*model);
  if (parsed.messages.empty() && generation.unloads()) {
    co_return co_await answer_unload(call, generation);
  }
  if (auto able = check_abilities(generation); !able) {
    co_return co_await send_error(call, std::move(able.error()));
  }
  if (parsed.images) co_return co_await send_error(call, images_error(generation.model));
  if (auto filled = fill_request(generation); !filled) {
    co_return co_await send_error(call, std::move(filled.error()));
  }
  if (parsed.messages.empty()) co_return co_await answer_load(call, generation);
  add_messages(generation.model, std::move(parsed.messages), generation.request.messages);
  if (generation.fields.render_only) {
    generation.request.kind = runtime::GenerateRequest::Kind::kEcho;
  }
  co_await answer_generation(call, generation);
}

}  // namespace lar::server::ollama

// POST /api/generate: text for a prompt; without one the model is only loaded or unloaded.
#include <array>

#include "server/ollama/endpoints.h"
#include "server/ollama/generation.h"
#include "server/reply.h"

namespace lar::server::ollama {
namespace {

using Kind = runtime::GenerateRequest::Kind;

constexpr std::array<std::string_view, 7> kOwnFields = {"prompt", "suffix",  "system", "template",
                                                        "raw",    "context", "images"};

// The fields that /api/chat does not have.
struct PromptFields {
  std::string prompt;
  std::string suffix;
  std::string system;
  std::string go_template;
  std::vector<int32_t> context;
  bool raw = false;
  bool images = false;
};

Result<PromptFields> read_prompt(Fields& fields) {
  PromptFields read;
  read.prompt = fields.text("prompt");
  read.suffix = fields.text("suffix");
  read.system = fields.text("system");
  read.go_template = fields.text("template");
  read.raw = fields.boolean("raw", false);
  if (const Json* images = fields.array("images")) read.images = !images->empty();
  if (const Json* context = fields.array("context")) {
    for (const Json& token : *context) {
      if (!token.is_number_integer() || token.get<int64_t>() < 0 ||
          token.get<int64_t>() > INT32_MAX) {
        return fail(Code::kInvalidArgument, "field \"context\" must be a list of token ids");
      }
      read.context.push_back(token.get<int32_t>());
    }
  }
  LAR_TRY(fields.check());
  return read;
}

void add_messages(const ResolvedModel& model, PromptFields& from, runtime::GenerateRequest& to) {
  const std::string& system = from.system.empty() ? model.system : from.system;
  if (!system.empty()) to.messages.push_back({.role = "system", .content = system});
  if (from.context.empty()) {
    to.messages.insert(to.messages.end(), model.messages.begin(), model.messages.end());
  }
  to.messages.push_back({.role = "user", .content = std::move(from.prompt)});
  to.context = std::move(from.context);
}

Kind kind_of(const PromptFields& prompt) {
  if (prompt.raw) return Kind::kRaw;
  return prompt.suffix.empty() ? Kind::kChat : Kind::kInfill;
}

void fill_prompt(Generation& generation, PromptFields& prompt) {
  runtime::GenerateRequest& request = generation.request;
  request.return_context = !prompt.raw;
  request.parse_output = !prompt.raw;
  if (!prompt.go_template.empty()) request.go_template = prompt.go_template;
  if (request.kind == Kind::kChat) {
    add_messages(generation.model, prompt, request);
  } else {
    request.prompt = std::move(prompt.prompt);
    request.suffix = std::move(prompt.suffix);
  }
  if (generation.fields.render_only) request.kind = Kind::kEcho;
}

}  // namespace

net::awaitable<void> generate(Call& call) {
  const auto body = co_await read_json(call);
  if (!body) co_return;
  Generation generation{.form = Form::kGenerate};
  Fields fields(*body);
  auto prompt = read_prompt(fields);
  if (!prompt) co_return co_await send_error(call, prompt.error());
  auto common = read_fields(call, *body, fields, kOwnFields);
  if (!common) co_return co_await send_error(call, common.error());
  generation.fields = std::move(*common);

  const std::string& asked = generation.fields.model;
  if (asked.empty()) co_return co_await send_error(call, HttpError{404, "model '' not found", {}});
  auto model = co_await resolve_model(call.context, asked);
  if (!model) co_return co_await send_error(call, model_error(model.error(), asked));
  generation.model = std::move(*model);
  if (prompt->prompt.empty() && generation.unloads()) {
    co_return co_await answer_unload(call, generation);
  }
  if (prompt->raw &&
      (!prompt->go_template.empty() || !prompt->system.empty() || !prompt->context.empty())) {
    co_return co_await send_error(
        call, HttpError{400, "raw mode does not support template, system, or context", {}});
  }
  generation.request.kind = kind_of(*prompt);
  if (auto able = check_abilities(generation); !able) {
    co_return co_await send_error(call, std::move(able.error()));
  }
  if (prompt->images) co_return co_await send_error(call, images_error(generation.model));
  if (auto filled = fill_request(generation); !filled) {
    co_return co_await send_error(call, std::move(filled.error()));
  }
  if (prompt->prompt.empty()) co_return co_await answer_load(call, generation);
  fill_prompt(generation, *prompt);
  co_await answer_generation(call, generation);
}

}  // namespace lar::server::ollama

#include "server/ollama/generation.h"

#include <algorithm>
#include <array>

#include "modelfile/show.h"
#include "server/inference/past_thoughts.h"
#include "server/inference/request_fields.h"
#include "server/inference/request_options.h"

namespace lar::server::ollama {
namespace {

constexpr std::array<std::string_view, 12> kCommonFields = {
    "model",    "stream", "keep_alive", "think",        "format",   "options",
    "truncate", "shift",  "logprobs",   "top_logprobs", "messages", "_debug_render_only"};

constexpr int64_t kTopLogprobsMax = 20;

bool lists(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

HttpError bad_request(std::string message) {
  return {400, std::move(message), {}};
}

}  // namespace

Result<GenerationFields> read_fields(Call& call,
                                     const Json& body,
                                     Fields& fields,
                                     std::span<const std::string_view> own) {
  GenerationFields read;
  read.model = fields.text("model");
  read.stream = fields.boolean("stream", true);
  read.truncate = fields.boolean("truncate", true);
  read.shift = fields.boolean("shift", true);
  read.logprobs = fields.boolean("logprobs", false);
  read.render_only = fields.boolean("_debug_render_only", false);
  read.options = fields.object("options");
  read.format = fields.find("format");
  const auto top_logprobs = fields.integer("top_logprobs");
  LAR_TRY(fields.check());
  LAR_TRY(read.keep_alive, parse_keep_alive(fields.find("keep_alive")));
  LAR_TRY(read.think, parse_think(fields.find("think")));
  if (top_logprobs && (*top_logprobs < 0 || *top_logprobs > kTopLogprobsMax)) {
    return fail(Code::kInvalidArgument, "top_logprobs must be between 0 and 20");
  }
  read.top_logprobs = static_cast<int32_t>(top_logprobs.value_or(0));
  const std::string* strict = call.http.request().header("Lar-Strict");
  read.strict = strict != nullptr && *strict != "0";
  for (const auto& [name, value] : body.items()) {
    if (!lists(kCommonFields, name) && !lists(own, name)) {
      read.unknown.push_back("unknown field \"" + name.substr(0, 64) + "\"");
    }
  }
  return read;
}

std::expected<void, HttpError> check_abilities(Generation& generation) {
  const Capabilities& can = generation.model.can;
  const std::string asked = modelfile::go_quoted(generation.fields.model);
  runtime::Think& think = generation.fields.think;
  const auto lacks = [&](std::string_view what) {
    return std::unexpected(
        bad_request(generation.model.full_name + " does not support " + std::string(what)));
  };
  if (!can.completion) {
    return std::unexpected(
        bad_request(asked + (generation.form == Form::kChat ? " does not support chat"
                                                            : " does not support generate")));
  }
  if (!generation.request.tools.empty() && !can.tools) return lacks("tools");
  if (generation.request.kind == runtime::GenerateRequest::Kind::kInfill && !can.insert) {
    return lacks("insert");
  }
  if (think == runtime::Think::kDefault) {
    if (can.thinking) think = runtime::Think::kOn;
  } else if (think != runtime::Think::kOff && !can.thinking) {
    return std::unexpected(bad_request(asked + " does not support thinking"));
  }
  return {};
}

std::expected<void, HttpError> fill_request(Generation& generation) {
  const GenerationFields& fields = generation.fields;
  runtime::GenerateRequest& request = generation.request;
  generation.warnings = fields.unknown;
  request.options = generation.model.options;
  if (fields.options != nullptr) {
    auto applied = apply_options(*fields.options, request.options, generation.warnings);
    if (!applied) return applied;
  }
  if (fields.strict && !generation.warnings.empty()) {
    return std::unexpected(bad_request(generation.warnings.front()));
  }
  std::ranges::copy(generation.model.warnings, std::back_inserter(generation.warnings));
  auto constraint = parse_format(fields.format);
  if (!constraint) return std::unexpected(std::move(constraint.error()));
  request.constraint = std::move(*constraint);
  if (!request.go_template) request.go_template = generation.model.go_template;
  if (fields.logprobs) request.options.sampling.top_logprobs = fields.top_logprobs;
  request.think = fields.think;
  request.truncate = fields.truncate;
  request.shift = fields.shift;
  return {};
}

HttpError images_error(const ResolvedModel& model) {
  if (!model.can.vision) return bad_request("this model does not support images");
  return bad_request("images are not supported yet");
}

HttpError model_error(const Error& error, const std::string& asked) {
  if (error.code == Code::kNotFound) return {404, "model '" + asked + "' not found", {}};
  return http_error(error);
}

void add_messages(const ResolvedModel& model,
                  std::vector<runtime::ChatMessage> asked,
                  std::vector<runtime::ChatMessage>& to) {
  if (asked.front().role != "system" && !model.system.empty()) {
    to.push_back({.role = "system", .content = model.system});
  }
  to.insert(to.end(), model.messages.begin(), model.messages.end());
  std::ranges::move(asked, std::back_inserter(to));
  if (drops_past_thoughts(model.ref.name)) drop_past_thoughts(to);
}

}  // namespace lar::server::ollama

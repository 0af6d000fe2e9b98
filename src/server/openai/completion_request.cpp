#include "server/openai/completion_request.h"

#include <fmt/format.h>

#include <array>

#include "server/openai/fields.h"

namespace lar::server::openai {
namespace {

constexpr int64_t kLogprobsMax = 20;  // OpenAI's own bound is 5
constexpr std::array<std::string_view, 1> kUnsupported = {"best_of"};

std::unexpected<Error> wrong(std::string text) {
  return fail(Code::kInvalidArgument, std::move(text));
}

Result<std::vector<std::string>> parse_prompts(const Json* value) {
  if (value == nullptr) return std::vector<std::string>{std::string()};
  if (value->is_string()) return std::vector<std::string>{value->get<std::string>()};
  if (!value->is_array() || value->empty()) {
    return wrong("prompt must be a string or an array of strings");
  }
  std::vector<std::string> prompts;
  for (const Json& prompt : *value) {
    if (!prompt.is_string()) return wrong("prompt must be a string or an array of strings");
    prompts.push_back(prompt.get<std::string>());
  }
  return prompts;
}

}  // namespace

Result<CompletionRequest> parse_completion_request(const Json& body) {
  CompletionRequest request;
  Conversation& asked = request.conversation;
  asked.form = ollama::Form::kGenerate;
  asked.full_distribution = true;
  Fields fields(body);
  asked.model = fields.text("model");
  asked.suffix = fields.text("suffix");
  request.echo = fields.boolean("echo", false);
  request.stream = fields.boolean("stream", false);
  const int64_t choices = fields.integer("n").value_or(1);
  const auto logprobs = fields.integer("logprobs");
  if (const Json* options = fields.object("stream_options")) {
    Fields nested(*options);
    request.include_usage = nested.boolean("include_usage", false);
    LAR_TRY(nested.check());
  }
  LAR_TRY(read_sampling(fields, asked));
  LAR_TRY(request.prompts, parse_prompts(fields.find("prompt")));
  const auto most = static_cast<int64_t>(kCompletionsMax / request.prompts.size());
  if (choices < 1 || choices > most) {
    return wrong(
        fmt::format("n times the number of prompts must be between 1 and {}", kCompletionsMax));
  }
  request.choices = static_cast<uint32_t>(choices);
  if (logprobs && (*logprobs < 0 || *logprobs > kLogprobsMax)) {
    return wrong("logprobs must be between 0 and 20");
  }
  if (logprobs) asked.top_logprobs = static_cast<int32_t>(*logprobs);
  read_stop(fields.find("stop"), asked);
  LAR_TRY(read_logit_bias(fields.find("logit_bias"), asked));
  warn_of(body, kUnsupported, asked);
  return request;
}

}  // namespace lar::server::openai

#include "server/openai/chat_request.h"

#include <fmt/format.h>

#include <array>

#include "server/inference/ollama_messages.h"
#include "server/openai/fields.h"

namespace lar::server::openai {
namespace {

constexpr int64_t kTopLogprobsMax = 20;
constexpr std::array<std::string_view, 6> kUnsupported = {
    "audio", "functions", "function_call", "prediction", "web_search_options", "verbosity"};

Result<void> read_stream(Fields& fields, ChatRequest& to) {
  to.stream = fields.boolean("stream", false);
  if (const Json* options = fields.object("stream_options")) {
    Fields nested(*options);
    to.include_usage = nested.boolean("include_usage", false);
    LAR_TRY(nested.check());
  }
  const int64_t choices = fields.integer("n").value_or(1);
  LAR_TRY(fields.check());
  if (choices < 1 || choices > kChoicesMax) {
    return fail(Code::kInvalidArgument, fmt::format("n must be between 1 and {}", kChoicesMax));
  }
  to.choices = static_cast<uint32_t>(choices);
  return {};
}

Result<void> read_logprobs(Fields& fields, Conversation& to) {
  const bool wanted = fields.boolean("logprobs", false);
  const auto top = fields.integer("top_logprobs");
  LAR_TRY(fields.check());
  if (top && (*top < 0 || *top > kTopLogprobsMax)) {
    return fail(Code::kInvalidArgument, "top_logprobs must be between 0 and 20");
  }
  if (wanted) to.top_logprobs = static_cast<int32_t>(top.value_or(0));
  if (!wanted && top.value_or(0) > 0) {
    to.warnings.emplace_back("top_logprobs does nothing without logprobs");
  }
  return {};
}

Result<void> read_effort(Fields& fields, Conversation& to) {
  std::string effort = fields.text("reasoning_effort");
  if (const Json* reasoning = fields.object("reasoning")) {
    Fields nested(*reasoning);
    effort = nested.text("effort", effort);
    LAR_TRY(nested.check());
  }
  LAR_TRY(fields.check());
  LAR_TRY(to.think, parse_effort(effort));
  return {};
}

Result<void> read_tools(Fields& fields, Conversation& to) {
  const Json* list = fields.array("tools");
  LAR_TRY(fields.check());
  Json tools = list == nullptr ? Json::array() : *list;
  LAR_TRY(
      read_tool_choice(fields.find("tool_choice"), fields.find("parallel_tool_calls"), tools, to));
  LAR_TRY(to.tools, parse_tools(&tools));
  return {};
}

}  // namespace

Result<ChatRequest> parse_chat_request(const Json& body) {
  ChatRequest request;
  Conversation& asked = request.conversation;
  asked.full_distribution = true;
  Fields fields(body);
  asked.model = fields.text("model");
  const Json* messages = fields.array("messages");
  LAR_TRY(fields.check());
  if (messages == nullptr || messages->empty()) {
    return fail(Code::kInvalidArgument, "[] is too short - 'messages'");
  }
  LAR_TRY(read_stream(fields, request));
  LAR_TRY(read_sampling(fields, asked));
  LAR_TRY(read_logprobs(fields, asked));
  LAR_TRY(asked.messages, parse_chat_messages(*messages, asked.images));
  read_stop(fields.find("stop"), asked);
  LAR_TRY(read_logit_bias(fields.find("logit_bias"), asked));
  LAR_TRY(read_effort(fields, asked));
  LAR_TRY(asked.format, parse_response_format(fields.find("response_format")));
  LAR_TRY(read_tools(fields, asked));
  warn_of(body, kUnsupported, asked);
  return request;
}

}  // namespace lar::server::openai

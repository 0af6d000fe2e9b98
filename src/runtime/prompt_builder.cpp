#include "runtime/prompt_builder.h"

#include <fmt/format.h>

#include "chat/json.h"
#include "runtime/prompt_tokens.h"
#include "runtime/text_engine.h"

namespace lar::runtime {
namespace {

chat::Value content_value(const std::string& text) {
  return chat::Value::string(text, chat::Origin::kContent);
}

Result<chat::Message> to_chat_message(const ChatMessage& message) {
  chat::Message result{.role = message.role, .content = content_value(message.content)};
  if (!message.thinking.empty()) result.thinking = message.thinking;
  for (const CalledTool& call : message.tool_calls) {
    chat::ToolCall& added = result.tool_calls.emplace_back();
    added.id = call.id;
    added.name = call.name;
    LAR_TRY(added.arguments, with_context(chat::parse_json(call.arguments),
                                          "arguments of the call of \"" + call.name + "\""));
  }
  if (!message.tool_call_id.empty()) result.tool_call_id = message.tool_call_id;
  if (!message.tool_name.empty()) result.name = message.tool_name;
  return result;
}

std::optional<bool> enable_thinking(Think think) {
  if (think == Think::kDefault) return std::nullopt;
  return think != Think::kOff;
}

// "low", "medium" or "high", for the templates that know levels.
std::string_view effort(Think think) {
  switch (think) {
    case Think::kLow: return "low";
    case Think::kMedium: return "medium";
    case Think::kHigh:
    case Think::kMax: return "high";
    default: return {};
  }
}

std::unexpected<Error> too_long(size_t tokens, uint32_t context) {
  return fail(Code::kInvalidArgument,
              fmt::format("request ({} tokens) exceeds the available context size ({} tokens), try "
                          "increasing it",
                          tokens, context));
}

// The index of the oldest message that may go: no system message, not the last; or none.
std::optional<size_t> oldest_droppable(const std::vector<chat::Message>& messages) {
  for (size_t i = 0; i + 1 < messages.size(); ++i) {
    if (messages[i].role != "system") return i;
  }
  return std::nullopt;
}

}  // namespace

bool has_infill_tokens(const tokenizer::Tokenizer& tokenizer) {
  const tokenizer::SpecialIds& ids = tokenizer.ids();
  return tokenizer.valid(ids.fim_prefix) && tokenizer.valid(ids.fim_suffix) &&
         tokenizer.valid(ids.fim_middle);
}

Result<PromptBuilder> PromptBuilder::create(const tokenizer::Tokenizer& tokenizer,
                                            std::string_view jinja_template,
                                            const PromptStyle& style) {
  if (!style.go_template.empty()) {
    return fail(Code::kUnsupported, "Modelfile templates are not supported yet");
  }
  if (!style.renderer.empty()) {
    return fail(Code::kUnsupported, "unknown renderer \"" + style.renderer + "\"");
  }
  PromptBuilder builder(tokenizer);
  if (!jinja_template.empty()) {
    LAR_TRY(builder.template_,
            with_context(chat::ChatTemplate::create(jinja_template, special_tokens(tokenizer)),
                         "chat template"));
  }
  return builder;
}

Result<BuiltPrompt> PromptBuilder::build_chat(const GenerateRequest& request,
                                              uint32_t context) const {
  if (request.messages.empty()) return fail(Code::kInvalidArgument, "there are no messages");
  BuiltPrompt built;
  if (!template_) {
    built.rendered = request.messages.back().content;
    LAR_TRY(built.tokens,
            tokenizer_->encode(built.rendered, {.add_special = true, .parse_special = false}));
    return built;
  }
  std::vector<chat::Message> messages;
  for (const ChatMessage& message : request.messages) {
    LAR_TRY(messages.emplace_back(), to_chat_message(message));
  }
  chat::Value tools;
  if (!request.tools.empty() && request.tool_choice.kind != ToolChoice::Kind::kNone) {
    LAR_TRY(tools, with_context(chat::parse_json(request.tools), "tools"));
  }
  chat::ChatOptions options{.enable_thinking = enable_thinking(request.think)};
  if (const auto level = effort(request.think); !level.empty()) {
    options.extra.set("reasoning_effort",
                      chat::Value::string(std::string(level), chat::Origin::kTemplate));
  }
  while (true) {
    LAR_TRY(chat::Prompt prompt, template_->render(messages, tools, options));
    LAR_TRY(built.tokens, encode_prompt(*tokenizer_, prompt));
    built.rendered = std::move(prompt.text);
    if (built.tokens.size() <= context || !request.truncate) return built;
    const auto oldest = oldest_droppable(messages);
    if (!oldest) return built;
    messages.erase(messages.begin() + static_cast<ptrdiff_t>(*oldest));
    ++built.truncation.dropped_messages;
  }
}

Result<BuiltPrompt> PromptBuilder::build_infill(const GenerateRequest& request) const {
  if (!has_infill_tokens(*tokenizer_)) {
    return fail(Code::kInvalidArgument, "the model does not support insert");
  }
  const tokenizer::SpecialIds& ids = tokenizer_->ids();
  const auto spelled = [&](tokenizer::TokenId id) {
    return tokenizer::Segment{.text = tokenizer_->text(id), .parse_special = true};
  };
  const tokenizer::Segment segments[] = {spelled(ids.fim_prefix),
                                         {.text = request.prompt},
                                         spelled(ids.fim_suffix),
                                         {.text = request.suffix},
                                         spelled(ids.fim_middle)};
  BuiltPrompt built;
  for (const tokenizer::Segment& segment : segments) built.rendered += segment.text;
  LAR_TRY(built.tokens, tokenizer_->encode_segments(segments, true));
  return built;
}

Result<BuiltPrompt> PromptBuilder::build(const GenerateRequest& request, uint32_t context) const {
  if (request.go_template) {
    return fail(Code::kUnsupported, "templates in requests are not supported yet");
  }
  BuiltPrompt built;
  switch (request.kind) {
    case GenerateRequest::Kind::kChat:
    case GenerateRequest::Kind::kEcho: {
      LAR_TRY(built, build_chat(request, context));
      break;
    }
    case GenerateRequest::Kind::kInfill: {
      LAR_TRY(built, build_infill(request));
      break;
    }
    case GenerateRequest::Kind::kRaw:
    case GenerateRequest::Kind::kPlain: {
      built.rendered = request.prompt;
      const bool special = request.kind == GenerateRequest::Kind::kRaw;
      LAR_TRY(built.tokens,
              tokenizer_->encode(request.prompt, {.add_special = true, .parse_special = special}));
      break;
    }
  }
  if (request.kind == GenerateRequest::Kind::kEcho) return built;
  if (built.tokens.size() < context) return built;
  if (!request.truncate || !request.shift) return too_long(built.tokens.size(), context);
  FittedPrompt fitted = fit_prompt(std::move(built.tokens), context, request.options.num_keep);
  built.tokens = std::move(fitted.tokens);
  built.truncation.dropped_tokens = fitted.dropped;
  return built;
}

}  // namespace lar::runtime

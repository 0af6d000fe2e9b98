#include "runtime/prompt_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "chat/json.h"
#include "runtime/context_fit.h"
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
    const std::string arguments = call.arguments.empty() ? "{}" : call.arguments;
    LAR_TRY(added.arguments, with_context(chat::parse_json(arguments),
                                          "arguments of the call of \"" + call.name + "\""));
  }
  if (!message.tool_call_id.empty()) result.tool_call_id = message.tool_call_id;
  if (!message.tool_name.empty()) result.name = message.tool_name;
  return result;
}

chat::Think think_of(Think think) {
  switch (think) {
    case Think::kDefault: return chat::Think::kUnset;
    case Think::kOff: return chat::Think::kOff;
    case Think::kOn: return chat::Think::kOn;
    case Think::kLow: return chat::Think::kLow;
    case Think::kMedium: return chat::Think::kMedium;
    case Think::kHigh: return chat::Think::kHigh;
    case Think::kMax: return chat::Think::kMax;
  }
  return chat::Think::kUnset;
}

FitMessage fit_message(const ChatMessage& message) {
  size_t bytes = message.content.size() + message.thinking.size();
  for (const CalledTool& call : message.tool_calls) {
    bytes += call.name.size() + call.arguments.size();
  }
  return {.is_system = message.role == "system", .bytes = bytes};
}

// `messages` without those before `first` that are not the system's.
std::vector<chat::Message> kept_messages(const std::vector<chat::Message>& messages, size_t first) {
  std::vector<chat::Message> kept;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (i >= first || messages[i].role == "system") kept.push_back(messages[i]);
  }
  return kept;
}

bool begins_with_added_bos(const tokenizer::Tokenizer& tokenizer,
                           const BuiltPrompt& built,
                           bool continued) {
  const auto bos = tokenizer.ids().bos;
  if (!tokenizer.add_bos() || built.tokens.empty() || built.tokens[0] != bos) return false;
  return continued || !built.rendered.starts_with(tokenizer.text(bos));
}

std::unexpected<Error> too_long(size_t tokens, uint32_t context) {
  return fail(Code::kContextExceeded,
              fmt::format("request ({} tokens) exceeds the available context size ({} tokens), try "
                          "increasing it",
                          tokens, context));
}

}  // namespace

bool has_infill_tokens(const tokenizer::Tokenizer& tokenizer) {
  const tokenizer::SpecialIds& ids = tokenizer.ids();
  return tokenizer.valid(ids.fim_prefix) && tokenizer.valid(ids.fim_suffix) &&
         tokenizer.valid(ids.fim_middle);
}

Result<PromptBuilder> PromptBuilder::create(const tokenizer::Tokenizer& tokenizer,
                                            const chat::ModelFacts& facts) {
  LAR_TRY(auto renderer, chat::PromptRenderer::create(facts, special_tokens(tokenizer)));
  PromptBuilder builder(tokenizer, std::move(renderer));
  Abilities& abilities = builder.abilities_;
  abilities.chat = builder.renderer_.system() != chat::PromptSystem::kPlain;
  abilities.infill = builder.renderer_.can_infill() || has_infill_tokens(tokenizer);
  const auto capabilities = chat::model_capabilities(facts);
  const auto has = [&](std::string_view name) {
    return std::ranges::find(capabilities, name) != capabilities.end();
  };
  if (const chat::ChatTemplate* jinja = builder.renderer_.jinja()) {
    abilities.tools = jinja->traits().tools;
    abilities.thinking = jinja->traits().thinking;
  } else {
    abilities.tools = has("tools");
    abilities.thinking = has("thinking");
  }
  return builder;
}

Result<BuiltPrompt> PromptBuilder::build_chat(const chat::PromptRenderer& renderer,
                                              const GenerateRequest& request,
                                              uint32_t context) const {
  if (request.messages.empty()) return fail(Code::kInvalidArgument, "there are no messages");
  std::vector<chat::Message> messages;
  std::vector<FitMessage> costs;
  for (const ChatMessage& message : request.messages) {
    LAR_TRY(messages.emplace_back(), to_chat_message(message));
    costs.push_back(fit_message(message));
  }
  chat::Value tools;
  if (!request.tools.empty() && request.tool_choice.kind != ToolChoice::Kind::kNone) {
    LAR_TRY(tools, with_context(chat::parse_json(request.tools), "tools"));
  }
  BuiltPrompt built;
  std::optional<size_t> built_from;
  const auto render_from = [&](size_t first) -> Result<size_t> {
    built_from.reset();
    const auto kept = kept_messages(messages, first);
    LAR_TRY(chat::Prompt prompt,
            renderer.render({.messages = kept, .tools = tools, .think = think_of(request.think)}));
    if (request.context.empty()) {
      LAR_TRY(built.tokens, encode_prompt(*tokenizer_, prompt));
      built.rendered = std::move(prompt.text);
    } else {
      LAR_TRY(auto continued, continue_context(*tokenizer_, request.context, prompt));
      built.tokens = std::move(continued.tokens);
      built.rendered = std::move(continued.text);
    }
    built_from = first;
    return built.tokens.size();
  };
  if (!request.truncate) {
    LAR_TRY(render_from(0));
    return built;
  }
  LAR_TRY(const ContextFit fit, fit_messages(costs, context, render_from));
  if (built_from != fit.first) LAR_TRY(render_from(fit.first));
  built.truncation.dropped_messages = fit.dropped;
  return built;
}

Result<BuiltPrompt> PromptBuilder::build_infill(const chat::PromptRenderer& renderer,
                                                const GenerateRequest& request) const {
  BuiltPrompt built;
  if (renderer.can_infill()) {
    LAR_TRY(chat::Prompt prompt,
            renderer.render_infill(request.prompt, request.suffix, think_of(request.think)));
    LAR_TRY(built.tokens, encode_prompt(*tokenizer_, prompt));
    built.rendered = std::move(prompt.text);
    return built;
  }
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
  for (const tokenizer::Segment& segment : segments) built.rendered += segment.text;
  LAR_TRY(built.tokens, tokenizer_->encode_segments(segments, true));
  return built;
}

Result<BuiltPrompt> PromptBuilder::build_text(const GenerateRequest& request) const {
  BuiltPrompt built;
  built.rendered = request.prompt;
  const bool special = request.kind == GenerateRequest::Kind::kRaw;
  LAR_TRY(built.tokens,
          tokenizer_->encode(request.prompt, {.add_special = true, .parse_special = special}));
  return built;
}

Result<BuiltPrompt> PromptBuilder::build(const GenerateRequest& request, uint32_t context) const {
  std::optional<chat::PromptRenderer> other;
  if (request.go_template) {
    LAR_TRY(other, chat::PromptRenderer::create({.go_template = *request.go_template}, {}));
  }
  const chat::PromptRenderer& renderer = other ? *other : renderer_;
  BuiltPrompt built;
  switch (request.kind) {
    case GenerateRequest::Kind::kChat:
    case GenerateRequest::Kind::kEcho: {
      LAR_TRY(built, build_chat(renderer, request, context));
      break;
    }
    case GenerateRequest::Kind::kInfill: {
      LAR_TRY(built, build_infill(renderer, request));
      break;
    }
    case GenerateRequest::Kind::kRaw:
    case GenerateRequest::Kind::kPlain: {
      LAR_TRY(built, build_text(request));
      break;
    }
  }
  built.bos_added = begins_with_added_bos(*tokenizer_, built, !request.context.empty());
  if (request.kind == GenerateRequest::Kind::kEcho) return built;
  if (built.tokens.size() < context) return built;
  // As in Ollama, a last message that a Jinja template writes is never cut.
  const bool is_whole = request.kind == GenerateRequest::Kind::kChat &&
                        renderer.system() == chat::PromptSystem::kJinja;
  if (!request.truncate || !request.shift || is_whole) {
    return too_long(built.tokens.size(), context);
  }
  FittedPrompt fitted = fit_prompt(std::move(built.tokens), context, request.options.num_keep);
  built.tokens = std::move(fitted.tokens);
  built.truncation.dropped_tokens = fitted.dropped;
  return built;
}

}  // namespace lar::runtime

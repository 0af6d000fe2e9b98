#include "cli/template_render.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/utf8.h"
#include "chat/gotemplate/ollama_types.h"
#include "chat/json.h"
#include "chat/prompt_renderer.h"
#include "cli/stored_model.h"
#include "cli/text_file.h"
#include "runtime/prompt_tokens.h"

namespace lar::cli {
namespace {

using Now = std::optional<chat::jinja::DateTime>;

Result<Now> parse_now(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto now = chat::jinja::parse_iso_8601(text);
  if (!now) return fail(Code::kInvalidArgument, "--now is no date and time: '" + text + "'");
  return now;
}

Result<chat::Value> read_context(const std::string& path) {
  LAR_TRY(const std::string text, read_text_file(path));
  LAR_TRY(const chat::Value context, with_context(chat::parse_json(text), "context"));
  if (!context.is_dict()) return fail(Code::kInvalidArgument, "the context is no JSON object");
  return context;
}

chat::Value member(const chat::Value& context, std::string_view key) {
  const chat::Value* value = context.find(key);
  return value == nullptr ? chat::Value() : *value;
}

// `think`, else what Jinja templates call it.
Result<chat::Think> think_of(const chat::Value& context) {
  const chat::Value think = member(context, "think");
  if (!think.is_undefined()) return chat::parse_think(think);
  const chat::Value enabled = member(context, "enable_thinking");
  return enabled.is_bool() ? chat::parse_think(enabled) : chat::Think::kUnset;
}

// Calls in OpenAI's form have arguments as text; templates want them as objects, as the API gives
// them.
Result<std::vector<chat::Message>> messages_of(const chat::Value& context) {
  LAR_TRY(auto messages, chat::parse_messages(member(context, "messages")));
  for (chat::Message& message : messages) {
    for (chat::ToolCall& call : message.tool_calls) {
      if (!call.arguments.is_string()) continue;
      if (const auto parsed = chat::parse_json(call.arguments.text())) call.arguments = *parsed;
    }
  }
  return messages;
}

// Variables that are no part of the conversation itself.
chat::Dict other_variables(const chat::Value& context,
                           std::initializer_list<std::string_view> known) {
  chat::Dict others;
  for (const auto& [key, value] : context.entries().entries()) {
    if (std::ranges::find(known, key.text()) == known.end()) others.set(key, value);
  }
  return others;
}

Result<chat::Prompt> render_jinja(const std::string& path,
                                  const chat::Value& context,
                                  const Now& now) {
  LAR_TRY(const std::string source, read_text_file(path));
  LAR_TRY(const auto compiled, chat::jinja::Template::compile(source));
  chat::jinja::RenderOptions options;
  options.now = now;
  return compiled->render(context, options);
}

// A conversation the way Ollama renders it; a prompt with a suffix; or, without messages, exactly
// the variables given.
Result<chat::Prompt> render_go(const std::string& path,
                               const chat::Value& context,
                               const Now& now) {
  LAR_TRY(const std::string source, read_text_file(path));
  LAR_TRY(const auto compiled, chat::gotemplate::Template::compile(source));
  LAR_TRY(const chat::Think think, think_of(context));
  LAR_TRY(const auto tools, chat::parse_tools(member(context, "tools")));
  const chat::Value tool_list = member(context, "tools");
  const chat::gotemplate::ExecuteOptions options{.now = now};
  const auto text = [&](std::string_view key) {
    const chat::Value value = member(context, key);
    return value.is_string() ? std::string(value.text()) : std::string();
  };
  if (context.find("messages") != nullptr) {
    LAR_TRY(const auto messages, messages_of(context));
    return compiled->render(
        {.messages = messages, .tools = tool_list.is_list() ? &tools : nullptr, .think = think},
        options);
  }
  const std::string prompt = text("prompt");
  const std::string suffix = text("suffix");
  if (!prompt.empty() && !suffix.empty()) {
    return compiled->render({.infill = true, .prompt = prompt, .suffix = suffix, .think = think},
                            options);
  }
  chat::gotemplate::Data data{
      .system = member(context, "system"),
      .prompt = member(context, "prompt"),
      .response = chat::Value::string(text("response"), chat::Origin::kContent),
      .suffix = member(context, "suffix"),
      .think = think,
      .extra = other_variables(context, {"system", "prompt", "response", "suffix", "think", "tools",
                                         "add_generation_prompt"})};
  if (tool_list.is_list()) data.tools = chat::gotemplate::tools_value(&tools);
  return compiled->execute(data, options);
}

Result<chat::Prompt> render_model(const LocalModel& model,
                                  const tokenizer::Tokenizer& tokenizer,
                                  const chat::Value& context,
                                  const Now& now) {
  LAR_TRY(const auto renderer,
          chat::PromptRenderer::create(model.facts, runtime::special_tokens(tokenizer)));
  LAR_TRY(const auto messages, messages_of(context));
  LAR_TRY(const chat::Think think, think_of(context));
  const chat::Value generation = member(context, "add_generation_prompt");
  return renderer.render({.messages = messages,
                          .tools = member(context, "tools"),
                          .think = think,
                          .now = now,
                          .add_generation_prompt = !generation.is_bool() || generation.as_bool(),
                          .variables = other_variables(
                              context, {"messages", "tools", "think", "add_generation_prompt"})});
}

Result<std::string> token_lines(const tokenizer::Tokenizer& tokenizer, const chat::Prompt& prompt) {
  LAR_TRY(const auto ids, runtime::encode_prompt(tokenizer, prompt));
  std::string lines;
  for (const int32_t id : ids) {
    const nlohmann::json piece = utf8_sanitize(tokenizer.piece(id));
    lines += std::to_string(id) + (tokenizer.is_control(id) ? "\tspecial\t" : "\t-\t");
    lines += piece.dump() + "\n";
  }
  return lines;
}

}  // namespace

void add_render_options(Arguments& command, RenderArguments& arguments) {
  command.option("MODEL", arguments.model, "A GGUF file, or a model of the local store");
  command.option("--jinja", arguments.jinja_path, "A file with a Jinja template");
  command.option("--go", arguments.go_path, "A file with a Go template");
  command
      .option("--context", arguments.context_path,
              "A JSON object: messages, tools, add_generation_prompt and other variables")
      .required();
  command.option("--now", arguments.now, "The time that the template sees, as ISO 8601");
  command.flag("--tokens", arguments.tokens,
               "Print the tokens of MODEL, special ones marked, one a line");
}

Result<std::string> render_context(const RenderArguments& arguments,
                                   const Environment& environment) {
  const std::array<const std::string*, 3> sources{&arguments.model, &arguments.jinja_path,
                                                  &arguments.go_path};
  if (std::ranges::count_if(sources, [](const auto* source) { return !source->empty(); }) != 1) {
    return fail(Code::kInvalidArgument,
                "lar template render wants one of MODEL, --jinja FILE and --go FILE");
  }
  if (arguments.tokens && arguments.model.empty()) {
    return fail(Code::kInvalidArgument, "--tokens wants a MODEL, whose vocabulary it shows");
  }
  LAR_TRY(const Now now, parse_now(arguments.now));
  LAR_TRY(const chat::Value context, read_context(arguments.context_path));
  chat::Prompt prompt;
  if (!arguments.jinja_path.empty()) {
    LAR_TRY(prompt, render_jinja(arguments.jinja_path, context, now));
  } else if (!arguments.go_path.empty()) {
    LAR_TRY(prompt, render_go(arguments.go_path, context, now));
  } else {
    LAR_TRY(const LocalModel model, find_local_model(arguments.model, environment));
    LAR_TRY(const auto tokenizer,
            with_context(tokenizer::Tokenizer::create(*model.file), arguments.model));
    LAR_TRY(prompt, with_context(render_model(model, *tokenizer, context, now), arguments.model));
    if (arguments.tokens) return token_lines(*tokenizer, prompt);
  }
  return std::move(prompt.text);
}

}  // namespace lar::cli

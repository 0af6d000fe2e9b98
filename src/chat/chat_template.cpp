#include "chat/chat_template.h"

#include "chat/json.h"

namespace lar::chat {
namespace {

Value content(std::string text) {
  return Value::string(std::move(text), Origin::kContent);
}
Value control(std::string text) {
  return Value::string(std::move(text), Origin::kTemplate);
}

// Unlikely in a template's own text.
constexpr std::string_view kProbeText = "qWzProbe";

Value text_parts(const Value& text) {
  Dict part;
  part.set("type", control("text"));
  part.set("text", text);
  return Value::list({Value::dict(std::move(part))});
}

Value calls_value(const std::vector<ToolCall>& calls) {
  std::vector<Value> list;
  for (const ToolCall& call : calls) {
    Dict function;
    function.set("name", content(call.name));
    function.set("arguments", call.arguments);
    Dict entry;
    entry.set("id", content(call.id));
    entry.set("type", control("function"));
    entry.set("function", Value::dict(std::move(function)));
    list.push_back(Value::dict(std::move(entry)));
  }
  return Value::list(std::move(list));
}

Message probe_message(std::string role, std::string text) {
  Message message;
  message.role = std::move(role);
  message.content = content(std::move(text));
  return message;
}

Result<Value> probe_tools() {
  return parse_json(
      R"([{"type": "function", "function": {"name": "qWzProbe", "description": "d",
           "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}}])");
}

}  // namespace

ChatTemplate::ChatTemplate(std::unique_ptr<jinja::Template> compiled, SpecialTokens tokens)
    : compiled_(std::move(compiled)), tokens_(std::move(tokens)) {}

Result<std::unique_ptr<ChatTemplate>> ChatTemplate::create(std::string_view source,
                                                           SpecialTokens tokens) {
  LAR_TRY(auto compiled, jinja::Template::compile(source));
  std::unique_ptr<ChatTemplate> made(new ChatTemplate(std::move(compiled), std::move(tokens)));
  made->find_traits();
  return made;
}

Value ChatTemplate::message_value(const Message& message) const {
  Dict entry;
  entry.set("role", content(message.role));
  const bool wrap = traits_.typed_content && message.content.is_string();
  entry.set("content", wrap ? text_parts(message.content) : message.content);
  if (message.thinking) {
    // Templates look for it under either name.
    entry.set("reasoning_content", content(*message.thinking));
    entry.set("thinking", content(*message.thinking));
  }
  if (!message.tool_calls.empty()) entry.set("tool_calls", calls_value(message.tool_calls));
  if (message.tool_call_id) entry.set("tool_call_id", content(*message.tool_call_id));
  if (message.name) entry.set("name", content(*message.name));
  for (const auto& [key, value] : message.extra.entries()) {
    if (entry.find(key) == nullptr) entry.set(key, value);
  }
  return Value::dict(std::move(entry));
}

Result<Prompt> ChatTemplate::render(const std::vector<Message>& messages,
                                    const Value& tools,
                                    const ChatOptions& options) const {
  std::vector<Value> list;
  list.reserve(messages.size());
  for (const Message& message : messages) list.push_back(message_value(message));
  Dict context;
  context.set("messages", Value::list(std::move(list)));
  const bool has_tools = tools.is_list() && !tools.items().empty();
  context.set("tools", has_tools ? tools : Value::null());
  context.set("documents", Value::null());
  context.set("add_generation_prompt", Value::boolean(options.add_generation_prompt));
  context.set("bos_token", control(tokens_.bos));
  context.set("eos_token", control(tokens_.eos));
  for (const auto& [name, text] : tokens_.others) context.set(name, control(text));
  if (options.enable_thinking) {
    context.set("enable_thinking", Value::boolean(*options.enable_thinking));
  }
  for (const auto& [key, value] : options.extra.entries()) {
    // A caller's variables must not pass for messages or control tokens.
    const Value* ours = context.find(key);
    if (ours == nullptr || (ours->is_null() && key.text() == "documents")) context.set(key, value);
  }
  jinja::RenderOptions render;
  render.limits = options.limits;
  // A long conversation may cost more: several looks at each of its bytes.
  render.limits.work_max += text_bytes(messages);
  render.now = options.now;
  return compiled_->render(Value::dict(std::move(context)), render);
}

// The rendering, or nothing where the template refuses such a conversation.
std::string ChatTemplate::probe(const std::vector<Message>& messages,
                                const Value& tools,
                                std::optional<bool> enable_thinking) const {
  ChatOptions options;
  options.enable_thinking = enable_thinking;
  options.now = jinja::DateTime{};
  options.limits.work_max = 300'000;
  auto prompt = render(messages, tools, options);
  return prompt ? std::move(prompt->text) : std::string();
}

void ChatTemplate::find_traits() {
  const auto shows = [](const std::string& text) {
    return text.find(kProbeText) != std::string::npos;
  };
  const std::string text(kProbeText);
  const Message user = probe_message("user", "u");
  if (!shows(probe({probe_message("user", text)}, Value(), std::nullopt))) {
    traits_.typed_content = true;
    traits_.typed_content = shows(probe({probe_message("user", text)}, Value(), std::nullopt));
  }
  traits_.system_role = shows(probe({probe_message("system", text), user}, Value(), std::nullopt));
  if (const auto tools = probe_tools()) {
    traits_.tools = shows(probe({user}, *tools, std::nullopt));
    Message call = probe_message("assistant", "");
    Dict arguments;
    arguments.set("a", content("b"));
    call.tool_calls.push_back({"call12345", text, Value::dict(std::move(arguments))});
    Message result = probe_message("tool", "r");
    result.tool_call_id = "call12345";
    result.name = text;
    traits_.tool_calls = shows(probe({user, call, result}, Value(), std::nullopt));
  }
  Message thought = probe_message("assistant", "a");
  thought.thinking = text;
  traits_.thinking = probe({user}, Value(), true) != probe({user}, Value(), false) ||
                     shows(probe({user, thought}, Value(), std::nullopt));
}

Result<Prompt> render_json_context(std::string_view template_source,
                                   std::string_view context_json,
                                   std::optional<jinja::DateTime> now) {
  LAR_TRY(const auto compiled, jinja::Template::compile(template_source));
  LAR_TRY(const Value context, with_context(parse_json(context_json), "context"));
  jinja::RenderOptions options;
  options.now = now;
  return compiled->render(context, options);
}

}  // namespace lar::chat

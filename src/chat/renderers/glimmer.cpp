// Muse Glimmer: messages with recipients, tools as schemas under a text about ATEM calls.
#include <fmt/format.h>

#include <algorithm>

#include "chat/media.h"
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

constexpr std::string_view kStart = "<|start|>";
constexpr std::string_view kMessage = "<|message|>";
constexpr std::string_view kEndMessage = "<|eom|>";
constexpr std::string_view kEndTurn = "<|eot|>";

constexpr std::string_view kToolsBefore =
    "In this environment you have access to a set of tools you can use to answer the user's "
    "question.\n\nYou can invoke a function by writing a \"<atem:function_calls>\" block like the "
    "following:\n<atem:function_calls>\n<atem:invoke name=\"$FUNCTION_NAME\">\n"
    "<atem:parameter name=\"$PARAMETER_NAME\">$PARAMETER_VALUE</atem:parameter>\n...\n"
    "</atem:invoke>\n</atem:function_calls>\n\nString and scalar parameters should be specified as "
    "is, while lists and objects should use JSON format. Note that spaces for string values are "
    "not stripped. The output is not expected to be valid XML and is parsed with regular "
    "expressions.\nHere are the functions available in JSONSchema format:\n// Tool metadata\n";
constexpr std::string_view kToolsAfter =
    "\n\nHere's an example of how to call a function in the tool set:\n(If the tool namespace is "
    "not specified, invoke the function directly as `example_function_name` rather than "
    "`example_tool_name.example_function_name`)\n\nto=example_tool_name.example_function_name\n\n"
    "<atem:function_calls>\n<atem:invoke name=\"example_tool_name.example_function_name\">\n"
    "<atem:parameter name=\"example_parameter_1\">value_1</atem:parameter>\n"
    "<atem:parameter name=\"example_parameter_2\">This is the value for the second parameter\n"
    "that can span\n\"multiple\" lines\n</atem:parameter>\n</atem:invoke>\n"
    "</atem:function_calls>";

Value content_string(std::string_view text) {
  return Value::string(std::string(text), Origin::kContent);
}

// The parts of the tools' names before a point, each once.
std::vector<std::string_view> namespaces(std::span<const Tool> tools) {
  std::vector<std::string_view> names;
  for (const Tool& tool : tools) {
    const std::string_view name = std::string_view(tool.name).substr(0, tool.name.find('.'));
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

void write_tools(PromptWriter& out, std::span<const Tool> tools) {
  out.tag(kToolsBefore);
  for (const std::string_view name : namespaces(tools)) {
    out.tag("{\"name\": ").json(content_string(name), JsonForm::kSpacedPlain);
    out.tag(", \"description\": \"\"}\n");
  }
  out.tag("// Function schemas");
  for (const Tool& tool : tools) {
    out.tag("\n{\"name\": ").json(content_string(tool.name), JsonForm::kSpacedPlain);
    out.tag(", \"description\": ");
    out.json(content_string(tool.description), JsonForm::kSpacedPlain).tag(", \"parameters\": ");
    out.json(parameters_value(tool.parameters), JsonForm::kSpacedPlain).tag("}");
  }
  out.tag(kToolsAfter);
}

// The system prompt's word for how hard to think.
std::string with_strength(std::string_view text) {
  std::string out(text);
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"Reasoning effort", "Reasoning strength"},
      {"Reasoning Effort", "Reasoning Strength"},
      {"reasoning effort", "reasoning strength"},
      {"REASONING EFFORT", "REASONING STRENGTH"}};
  for (const auto& [from, to] : kWords) out = replaced(out, from, to);
  return out;
}

bool says_strength(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return contains(text, "reasoning strength");
}

std::string_view strength(Think think) {
  if (think == Think::kUnset || think == Think::kOn) return "high";
  return think == Think::kOff ? "none" : think_level(think);
}

// What stands behind the system's text in every system message.
void write_frame(PromptWriter& out, const RenderInput& input, bool says_how) {
  if (!says_how) out.tag("\n\nReasoning strength: ").tag(strength(input.think)).tag(".");
  if (!input.tools.empty()) {
    out.tag("\n\n");
    write_tools(out, input.tools);
  }
  out.tag("\n\n# Valid recipients: \"self\"");
  for (const std::string_view name : namespaces(input.tools)) {
    out.tag(", \"").text(name).tag(".*\"");
  }
  out.tag(", \"user\".").tag(kEndTurn);
}

std::string_view result_name(const Message& message, std::span<const Message> messages) {
  if (message.name && !message.name->empty()) return *message.name;
  if (!message.tool_call_id) return {};
  std::string_view name = *message.tool_call_id;
  for (const Message& other : messages) {
    for (const ToolCall& call : other.tool_calls) {
      if (call.id == *message.tool_call_id && !call.id.empty()) name = call.name;
    }
  }
  return name;
}

class Glimmer : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    PromptWriter out;
    out.tag("<|begin_of_text|>");
    const bool has_system = std::ranges::any_of(
        input.messages, [](const Message& message) { return message.role == "system"; });
    if (!has_system) {
      const jinja::DateTime now = input.now ? *input.now : jinja::local_now();
      out.tag(kStart).tag("system").tag(kMessage).tag("You are a helpful AI assistant.");
      out.tag("\nKnowledge cutoff: 2026-01-04.\nCurrent date: ");
      out.tag(fmt::format("{:04}-{:02}-{:02}.", now.year, now.month, now.day));
      write_frame(out, input, false);
    }
    uint32_t media = 0;
    for (size_t i = 0; i < input.messages.size(); ++i) {
      const Message& message = input.messages[i];
      const Value content =
          text_with_media(message_text(message), message_images(message), &media, true);
      write_message(out, input, i, content);
    }
    out.tag(kStart).tag("assistant");
    return out.finish();
  }

 private:
  static void write_message(PromptWriter& out,
                            const RenderInput& input,
                            size_t i,
                            const Value& content) {
    const Message& message = input.messages[i];
    if (message.role == "system") {
      const std::string text = with_strength(content.text());
      out.tag(kStart).tag("system").tag(kMessage).text(text);
      write_frame(out, input, says_strength(text));
    } else if (message.role == "user") {
      out.tag(kStart).tag("user").tag(kMessage).text(content).tag(kEndTurn);
    } else if (message.role == "tool") {
      const std::string_view name = result_name(message, input.messages);
      out.tag(kStart).tag("tool ").text(name).tag(kMessage);
      out.tag("<tool_output name=\"").text(name).tag("\">\n").text(content);
      out.tag("\n</tool_output>").tag(kEndTurn);
    } else if (message.role == "assistant") {
      write_answer(out, message, content, has_role(input.messages, i + 1, "assistant"));
    }
  }

  static void write_answer(PromptWriter& out,
                           const Message& message,
                           const Value& content,
                           bool goes_on) {
    const std::string_view thought = thinking_of(message);
    if (!thought.empty()) {
      out.tag(kStart).tag("assistant to=self").tag(kMessage).text(thought).tag(kEndMessage);
    }
    if (message.tool_calls.empty()) {
      if (content.text().empty() && !thought.empty()) return;
      out.tag(kStart).tag("assistant to=user").tag(kMessage).text(content).tag(kEndTurn);
      return;
    }
    for (size_t i = 0; i < message.tool_calls.size(); ++i) {
      const ToolCall& call = message.tool_calls[i];
      out.tag(kStart).tag("assistant to=").text(call.name).tag(kMessage);
      out.tag("<atem:function_calls>\n<atem:invoke name=\"").text(call.name).tag("\">\n");
      for (const auto& [name, value] : arguments_in_order(call)) {
        out.tag("<atem:parameter name=\"").text(name).tag("\">");
        if (value.is_dict() || value.is_sequence()) {
          out.json(value, JsonForm::kSpacedPlain);
        } else {
          out.text(argument_text(value));
        }
        out.tag("</atem:parameter>\n");
      }
      out.tag("</atem:invoke>\n</atem:function_calls>");
      const bool is_last = i + 1 == message.tool_calls.size();
      out.tag(is_last && !goes_on ? kEndTurn : kEndMessage);
    }
  }
};

}  // namespace

std::unique_ptr<Renderer> glimmer() {
  return std::make_unique<Glimmer>();
}

}  // namespace lar::chat::renderers

// Poolside's Laguna: turns in plain tags, every answer opening with a thought or the end of one.
// The first format puts texts on lines of their own; the second (poolside-v1) does not.
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

constexpr std::string_view kStart = "〈|EOS|〉";
constexpr std::string_view kIdentity =
    "You are a helpful, conversationally-fluent assistant made by Poolside. You are here to be "
    "helpful to users through natural language conversations.";
constexpr std::string_view kClose = "</think>";

// What the prompt's header says: the first system message, or who the model is.
struct Header {
  Value text;
  std::span<const Message> rest;
};

Header header_of(std::span<const Message> messages) {
  const Split split = split_system(messages);
  const Value text = split.system == nullptr
                         ? Value::string(std::string(kIdentity), Origin::kTemplate)
                         : message_text(*split.system);
  return {slice_string(text, 0, trimmed_right(text.text()).size(), nullptr), split.rest};
}

void write_tools(PromptWriter& out, std::span<const Tool> tools) {
  out.tag(
      "### Tools\n\nYou may call functions to assist with the user query.\n"
      "All available function signatures are listed below:\n<available_tools>\n");
  for (const Tool& tool : tools) out.json(tool_value(tool), JsonForm::kSpaced).tag("\n");
  out.tag("</available_tools>");
}

void write_argument(PromptWriter& out, const Value& value) {
  if (value.is_string()) {
    out.text(value);
  } else {
    out.json(value, JsonForm::kSpaced);
  }
}

class Laguna : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    const bool thinks_now = thinks(input.think);
    const Header header = header_of(input.messages);
    PromptWriter out;
    out.tag(kStart);
    if (!header.text.text().empty() || !input.tools.empty()) {
      out.tag("<system>\n");
      if (!header.text.text().empty()) out.tag("\n").text(header.text);
      if (!input.tools.empty()) {
        out.tag("\n\n");
        write_tools(out, input.tools);
        write_call_form(out, thinks_now);
      }
      out.tag("\n</system>\n");
    }
    for (size_t i = 0; i < header.rest.size(); ++i) {
      write_turn(out, header.rest[i], is_last(header.rest, i));
    }
    if (input.messages.empty() || input.messages.back().role != "assistant") {
      out.tag("<assistant>\n").tag(thinks_now ? "<think>" : kClose);
    }
    return out.finish();
  }

 private:
  static void write_call_form(PromptWriter& out, bool thinks_now) {
    out.tag("\n\n");
    if (thinks_now) {
      out.tag("Wrap your thinking in '<think>', '</think>' tags, followed by a function call. ");
    }
    out.tag(
        "For each function call, return an unescaped XML-like object with function name and "
        "arguments within '<tool_call>' and '</tool_call>' tags, like here:\n");
    if (thinks_now) out.tag("<think> your thoughts here </think>\n");
    out.tag(
        "<tool_call>function-name\n<arg_key>argument-key</arg_key>\n"
        "<arg_value>value-of-argument-key</arg_value>\n</tool_call>");
  }

  static void write_turn(PromptWriter& out, const Message& message, bool is_last) {
    const Value text = message_text(message);
    if (message.role == "user") {
      out.tag("<user>\n").text(text).tag("\n</user>\n");
    } else if (message.role == "tool") {
      out.tag("<tool_response>\n").text(text).tag("\n</tool_response>\n");
    } else if (message.role == "system") {
      out.tag("<system>\n").text(text).tag("\n</system>\n");
    } else if (message.role == "assistant") {
      write_answer(out, message, text.text(), is_last);
    }
  }

  static void write_answer(PromptWriter& out,
                           const Message& message,
                           std::string_view text,
                           bool is_last) {
    std::string_view thought = thinking_of(message);
    if (const size_t first = text.find(kClose); first != std::string_view::npos) {
      if (thought.empty()) {
        constexpr std::string_view kOpen = "<think>";
        thought = text.substr(0, first);
        if (const size_t open = thought.rfind(kOpen); open != std::string_view::npos) {
          thought.remove_prefix(open + kOpen.size());
        }
      }
      text = without_newlines(text.substr(text.rfind(kClose) + kClose.size()));
    }
    thought = trimmed(thought);
    text = trimmed(text);
    out.tag("<assistant>\n");
    if (!thought.empty()) out.tag("<think>\n").text(thought).tag("\n");
    out.tag("</think>\n");
    if (!text.empty()) out.text(text).tag("\n");
    for (const ToolCall& call : message.tool_calls) {
      out.tag("<tool_call>").text(call.name).tag("\n");
      for (const auto& [name, value] : arguments_in_order(call)) {
        out.tag("<arg_key>").text(name).tag("</arg_key>\n<arg_value>");
        write_argument(out, value);
        out.tag("</arg_value>\n");
      }
      out.tag("</tool_call>\n");
    }
    const bool is_empty = text.empty() && thought.empty() && message.tool_calls.empty();
    if (!is_last || is_empty) out.tag("</assistant>\n");
  }
};

class Poolside : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    const bool thinks_now = thinks(input.think);
    const Header header = header_of(input.messages);
    const bool has_text = !header.text.text().empty();
    PromptWriter out;
    out.tag(kStart);
    if (has_text || !input.tools.empty() || thinks_now) {
      out.tag("<system>").text(header.text);
      if (!input.tools.empty()) {
        if (has_text) out.tag("\n\n");
        write_tools(out, input.tools);
      }
      out.tag("</system>\n");
    }
    for (const Message& message : header.rest) write_turn(out, message, thinks_now);
    out.tag("<assistant>").tag(thinks_now ? "<think>" : kClose);
    return out.finish();
  }

 private:
  static void write_turn(PromptWriter& out, const Message& message, bool thinks_now) {
    const Value text = message_text(message);
    if (message.role == "user") {
      out.tag("<user>").text(text).tag("</user>\n");
    } else if (message.role == "tool") {
      out.tag("<tool_response>").text(text).tag("</tool_response>\n");
    } else if (message.role == "system") {
      out.tag("<system>").text(text).tag("</system>\n");
    } else if (message.role == "assistant") {
      out.tag("<assistant>");
      if (thinks_now) out.tag("<think>").text(thinking_of(message));
      out.tag(kClose).text(text);
      for (const ToolCall& call : message.tool_calls) {
        out.tag("<tool_call>").text(call.name);
        for (const auto& [name, value] : arguments_in_order(call)) {
          out.tag("<arg_key>").text(name).tag("</arg_key><arg_value>");
          write_argument(out, value);
          out.tag("</arg_value>");
        }
        out.tag("</tool_call>");
      }
      out.tag("</assistant>\n");
    }
  }
};

}  // namespace

std::unique_ptr<Renderer> laguna() {
  return std::make_unique<Laguna>();
}
std::unique_ptr<Renderer> poolside() {
  return std::make_unique<Poolside>();
}

}  // namespace lar::chat::renderers

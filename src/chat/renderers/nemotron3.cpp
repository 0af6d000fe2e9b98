// Nemotron 3 and 3.5 Nano: ChatML with a system turn that is always there, tools and calls in XML,
// thoughts of the past emptied.
#include "chat/gotemplate/quote.h"
#include "chat/media.h"
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"
#include "chat/renderers/xml_calls.h"

namespace lar::chat::renderers {
namespace {

// JSON with Python's spaces; strings in Go's quotes.
std::string python_json(const Value& value) {
  if (value.is_string()) return gotemplate::quote(value.text());
  std::string out;
  if (value.is_sequence()) {
    for (const Value& item : value.items()) {
      if (!out.empty()) out += ", ";
      out += python_json(item);
    }
    return "[" + out + "]";
  }
  if (value.is_dict()) {
    for (const auto& [key, item] : value.entries().entries()) {
      if (!out.empty()) out += ", ";
      out += gotemplate::quote(key.text()) + ": " + python_json(item);
    }
    return "{" + out + "}";
  }
  return json_text(value, JsonForm::kCompact);
}

// Containers as JSON, scalars as Python prints them.
std::string python_text(const Value& value) {
  if (value.is_null() || value.is_undefined()) return "None";
  if (value.is_dict() || value.is_sequence()) return python_json(value);
  if (value.is_bool()) return value.as_bool() ? "True" : "False";
  return go_text(value);
}

// "/think" and "/no_think" switch thinking and are taken out; "</think>" stays.
std::string without_switches(std::string_view text) {
  constexpr std::string_view kHidden = "<_end_think>";
  std::string out = replaced(text, "</think>", kHidden);
  out = replaced(out, "/think", "");
  out = replaced(out, "/no_think", "");
  return replaced(out, kHidden, "</think>");
}

void write_key(PromptWriter& out, std::string_view key, const Value* value) {
  if (value == nullptr) return;
  out.tag("\n<").tag(key).tag(">").text(python_json(*value)).tag("</").tag(key).tag(">");
}

void write_tool(PromptWriter& out, const Tool& tool) {
  out.tag("\n<function>\n<name>").text(tool.name).tag("</name>");
  if (!tool.description.empty()) {
    out.tag("\n<description>").text(trimmed(tool.description)).tag("</description>");
  }
  out.tag("\n<parameters>");
  for (const auto& [name, property] : tool.parameters.properties) {
    out.tag("\n<parameter>\n<name>").text(name).tag("</name>");
    if (!property.type.empty()) {
      std::string types;
      for (const std::string& type : property.type) {
        types += (types.empty() ? "'" : ", '") + type + "'";
      }
      out.tag("\n<type>");
      out.text(property.type.size() == 1 ? property.type[0] : "[" + types + "]").tag("</type>");
    }
    if (!property.description.empty()) {
      out.tag("\n<description>").text(trimmed(property.description)).tag("</description>");
    }
    const Value schema = property_value(property);
    for (const std::string_view key : {"enum", "anyOf", "items", "properties", "required"}) {
      write_key(out, key, schema.find(key));
    }
    out.tag("\n</parameter>");
  }
  const Value schema = parameters_value(tool.parameters);
  for (const std::string_view key : {"$defs", "items"}) {
    const Value* value = schema.find(key);
    if (value == nullptr) continue;
    out.tag("\n<").tag(key).tag(">").text(python_text(*value)).tag("</").tag(key).tag(">");
  }
  write_key(out, "required", schema.find("required"));
  out.tag("\n</parameters>\n</function>");
}

class Nemotron3 : public Renderer {
 public:
  explicit Nemotron3(bool is_35) : is_35_(is_35) {}

  Result<Prompt> render(const RenderInput& input) const override {
    const bool thinks_now = decides_to_think(input);
    const Split split = split_system(input.messages);
    PromptWriter out;
    write_system(out, split.system, input.tools);
    const auto question = last_user(split.rest);
    uint32_t media = 0;
    for (size_t i = 0; i < split.rest.size(); ++i) {
      const Message& message = split.rest[i];
      if (message.role == "assistant") {
        write_answer(out, message, question && i < *question);
      } else if (message.role == "tool") {
        write_result(out, split.rest, i, &media);
      } else if (message.role == "user" || message.role == "system") {
        const bool asks_efficiency =
            is_35_ && input.think == Think::kMedium && message.role == "user" && i == question;
        write_turn(out, message, asks_efficiency, &media);
      } else {
        out.tag("<|im_start|>").text(message.role).tag("\n");
        out.text(message_text(message)).tag("<|im_end|>\n");
      }
    }
    out.tag("<|im_start|>assistant\n").tag(thinks_now ? "<think>\n" : "<think></think>");
    return out.finish();
  }

 private:
  bool decides_to_think(const RenderInput& input) const {
    bool on = input.think == Think::kUnset || thinks(input.think);
    if (is_35_) return on;
    for (const Message& message : input.messages) {
      if (message.role != "user" && message.role != "system") continue;
      const Value text = message_text(message);
      if (contains(replaced(text.text(), "</think>", ""), "/think")) {
        on = true;
      } else if (contains(text.text(), "/no_think")) {
        on = false;
      }
    }
    return on;
  }

  void write_system(PromptWriter& out, const Message* system, std::span<const Tool> tools) const {
    std::string text;
    if (system != nullptr) {
      const Value content = message_text(*system);
      text = is_35_ ? std::string(content.text()) : without_switches(content.text());
    }
    out.tag("<|im_start|>system\n").text(text);
    if (!tools.empty()) {
      if (!text.empty()) out.tag("\n\n");
      out.tag("# Tools\n\nYou have access to the following functions:\n\n<tools>");
      for (const Tool& tool : tools) write_tool(out, tool);
      out.tag("\n</tools>").tag(kXmlCallInstructions);
    }
    out.tag("<|im_end|>\n");
  }

  void write_turn(PromptWriter& out,
                  const Message& message,
                  bool asks_efficiency,
                  uint32_t* media) const {
    out.tag("<|im_start|>").tag(message.role == "user" ? "user\n" : "system\n");
    const Value content =
        text_with_media(message_text(message), message_images(message), media, true);
    if (is_35_) {
      out.text(content);
      if (asks_efficiency) out.tag("\n\n{reasoning effort: efficient}");
    } else {
      out.text(trimmed(without_switches(content.text())));
    }
    out.tag("<|im_end|>\n");
  }

  static void write_result(PromptWriter& out,
                           std::span<const Message> turns,
                           size_t i,
                           uint32_t* media) {
    const Message& message = turns[i];
    // A result with nothing before it opens no turn of the user.
    if (i > 0 && opens_results(turns, i)) out.tag("<|im_start|>user\n");
    out.tag("<tool_response>\n");
    out.text(text_with_media(message_text(message), message_images(message), media, true));
    out.tag("\n</tool_response>\n");
    if (closes_results(turns, i)) out.tag("<|im_end|>\n");
  }

  // The content of an answer with its thought in front.
  std::string whole_answer(const Message& message) const {
    const std::string content(message_text(message).text());
    const std::string thought(thinking_of(message));
    if (!thought.empty()) {
      return is_35_ ? "<think>\n" + thought + "</think>" + content
                    : "<think>\n" + thought + "\n</think>\n" + content;
    }
    if (contains(content, "<think>") || contains(content, "</think>")) return content;
    return "<think></think>" + content;
  }

  // `past`: an answer before the last question, of which the thought is dropped.
  void write_answer(PromptWriter& out, const Message& message, bool past) const {
    constexpr std::string_view kClose = "</think>";
    out.tag("<|im_start|>assistant\n");
    std::string text = whole_answer(message);
    const size_t close = text.rfind(kClose);
    const bool has_close = close != std::string::npos;
    if (message.tool_calls.empty()) {
      if (past && has_close && contains(text, "<think>")) {
        text = "<think></think>" + text.substr(close + kClose.size());
      }
      out.text(trimmed(text)).tag("<|im_end|>\n");
      return;
    }
    if (past) {
      if (has_close) {
        text = text.substr(close + kClose.size());
      } else if (const size_t open = text.find("<think>"); open != std::string::npos) {
        text.resize(open);
      }
      text = "<think></think>" + std::string(trimmed(text));
    }
    out.text(trimmed(text)).tag("\n");
    for (const ToolCall& call : message.tool_calls) {
      out.tag("<tool_call>\n<function=").text(call.name).tag(">\n");
      for (const auto& [name, value] : arguments_in_order(call)) {
        out.tag("<parameter=").text(name).tag(">\n").text(python_text(value));
        out.tag("\n</parameter>\n");
      }
      out.tag("</function>\n</tool_call>\n");
    }
    out.tag("<|im_end|>\n");
  }

  const bool is_35_;
};

}  // namespace

std::unique_ptr<Renderer> nemotron3() {
  return std::make_unique<Nemotron3>(false);
}
std::unique_ptr<Renderer> nemotron35() {
  return std::make_unique<Nemotron3>(true);
}

}  // namespace lar::chat::renderers

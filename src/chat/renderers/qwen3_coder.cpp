// Qwen3-Coder: ChatML, tools described in XML, calls in XML.
#include <algorithm>

#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"
#include "chat/renderers/xml_calls.h"

namespace lar::chat::renderers {
namespace {

// The other keys of a schema, each as a tag. Containers are JSON.
void write_keys(PromptWriter& out, const Value& schema, std::span<const std::string_view> known) {
  const Value sorted = sorted_keys(schema);
  for (const auto& [key, value] : sorted.entries().entries()) {
    if (std::ranges::find(known, key.text()) != known.end() || value.is_null()) continue;
    out.tag("\n<").text(key).tag(">");
    if (value.is_dict() || value.is_sequence()) {
      out.json(value, JsonForm::kCompact);
    } else {
      out.text(go_text(value));
    }
    out.tag("</").text(key).tag(">");
  }
}

void write_tool(PromptWriter& out, const Tool& tool) {
  out.tag("\n<function>\n<name>").text(tool.name).tag("</name>");
  if (!tool.description.empty()) {
    out.tag("\n<description>").text(tool.description).tag("</description>");
  }
  out.tag("\n<parameters>");
  for (const auto& [name, property] : tool.parameters.properties) {
    out.tag("\n<parameter>\n<name>").text(name).tag("</name>");
    const Value schema = property_value(property);
    if (property.type.size() == 1) {
      out.tag("\n<type>").text(property.type[0]).tag("</type>");
    } else if (!property.type.empty()) {
      out.tag("\n<type>").json(*schema.find("type"), JsonForm::kCompact).tag("</type>");
    }
    if (!property.description.empty()) {
      out.tag("\n<description>").text(property.description).tag("</description>");
    }
    constexpr std::string_view kKnown[] = {"type", "description"};
    write_keys(out, schema, kKnown);
    out.tag("\n</parameter>");
  }
  constexpr std::string_view kKnown[] = {"type", "properties"};
  write_keys(out, parameters_value(tool.parameters), kKnown);
  out.tag("\n</parameters>\n</function>");
}

class Qwen3Coder : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    PromptWriter out;
    // The first system message counts, wherever it stands.
    std::vector<Message> turns;
    std::string system;
    for (const Message& message : input.messages) {
      if (message.role != "system") {
        turns.push_back(message);
      } else if (system.empty()) {
        system = message_text(message).text();
      }
    }
    if (!system.empty() || !input.tools.empty()) write_system(out, system, input.tools);
    for (size_t i = 0; i < turns.size(); ++i) write_turn(out, turns, i);
    if (!turns.empty() && turns.back().role != "assistant") out.tag("<|im_start|>assistant\n");
    return out.finish();
  }

 private:
  static void write_system(PromptWriter& out,
                           std::string_view system,
                           std::span<const Tool> tools) {
    out.tag("<|im_start|>system\n");
    if (system.empty()) {
      out.tag(
          "You are Qwen, a helpful AI assistant that can interact with a computer to solve "
          "tasks.");
    }
    out.text(system);
    if (!tools.empty()) {
      out.tag("\n\n# Tools\n\nYou have access to the following functions:\n\n<tools>");
      for (const Tool& tool : tools) write_tool(out, tool);
      out.tag("\n</tools>").tag(kXmlCallInstructions);
    }
    out.tag("<|im_end|>\n");
  }

  static void write_turn(PromptWriter& out, std::span<const Message> turns, size_t i) {
    const Message& message = turns[i];
    const Value content = message_text(message);
    if (message.role == "tool") {
      if (opens_results(turns, i)) out.tag("<|im_start|>user");
      out.tag("\n<tool_response>\n").text(content).tag("\n</tool_response>");
      if (closes_results(turns, i)) out.tag("<|im_end|>\n");
      return;
    }
    out.tag("<|im_start|>").text(message.role).tag("\n").text(content);
    if (message.role != "assistant") {
      out.tag("<|im_end|>\n");
      return;
    }
    if (message.tool_calls.empty()) {
      if (!is_last(turns, i)) out.tag("<|im_end|>\n");
      return;
    }
    if (!content.text().empty()) out.tag("\n");
    for (const ToolCall& call : message.tool_calls) {
      out.tag("\n<tool_call>\n<function=").text(call.name).tag(">");
      for (const auto& [name, value] : arguments_in_order(call)) {
        out.tag("\n<parameter=").text(name).tag(">\n");
        out.text(argument_text(value)).tag("\n</parameter>");
      }
      out.tag("\n</function>\n</tool_call>");
    }
    out.tag("<|im_end|>\n");
  }
};

}  // namespace

std::unique_ptr<Renderer> qwen3_coder() {
  return std::make_unique<Qwen3Coder>();
}

}  // namespace lar::chat::renderers

// FunctionGemma: Gemma's turns, a developer's turn with the declarations, values between <escape>.
#include <algorithm>

#include "chat/renderers/families.h"
#include "chat/renderers/gemma_values.h"
#include "chat/renderers/turns.h"

namespace lar::chat::renderers {
namespace {

constexpr GemmaStyle kStyle{.quote = "<escape>", .null = "<nil>"};
constexpr std::string_view kIntroduction =
    "You can do function calling with the following functions:";

void write_quoted(PromptWriter& out, std::string_view text) {
  out.tag(kStyle.quote).text(text).tag(kStyle.quote);
}

void write_parameters(PromptWriter& out, const ToolParameters& parameters) {
  out.tag(",parameters:{");
  bool first = true;
  const auto part = [&](std::string_view name) {
    if (!first) out.tag(",");
    first = false;
    out.tag(name);
  };
  if (!parameters.properties.empty()) {
    part("properties:{");
    std::vector<const NamedProperty*> order;
    for (const NamedProperty& property : parameters.properties) order.push_back(&property);
    std::ranges::sort(order, {}, &NamedProperty::name);
    for (const NamedProperty* entry : order) {
      if (entry != order.front()) out.tag(",");
      out.text(entry->name).tag(":{description:");
      write_quoted(out, entry->property.description);
      if (!entry->property.type.empty()) {
        out.tag(",type:");
        write_quoted(out, upper_case(entry->property.type[0]));
      }
      out.tag("}");
    }
    out.tag("}");
  }
  if (!parameters.required.empty()) {
    part("required:[");
    for (size_t i = 0; i < parameters.required.size(); ++i) {
      if (i > 0) out.tag(",");
      write_quoted(out, parameters.required[i]);
    }
    out.tag("]");
  }
  if (!parameters.type.empty()) {
    part("type:");
    write_quoted(out, upper_case(parameters.type));
  }
  out.tag("}");
}

void write_declaration(PromptWriter& out, const Tool& tool) {
  out.tag("<start_function_declaration>declaration:").text(tool.name).tag("{description:");
  write_quoted(out, tool.description);
  if (tool.parameters.has_properties || !tool.parameters.type.empty()) {
    write_parameters(out, tool.parameters);
  }
  out.tag("}<end_function_declaration>");
}

// The function whose result stands at `i`: by its place after the calls.
std::string_view called_function(std::span<const Message> turns, size_t i) {
  size_t place = 0;
  for (size_t j = i; j > 0; --j) {
    const Message& message = turns[j - 1];
    if (message.role == "tool") ++place;
    if (message.role != "assistant" || message.tool_calls.empty()) continue;
    return place < message.tool_calls.size() ? std::string_view(message.tool_calls[place].name)
                                             : std::string_view();
  }
  return {};
}

class FunctionGemma : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    std::span<const Message> turns = input.messages;
    PromptWriter out;
    out.tag("<bos>");
    Value system = Value::string("", Origin::kContent);
    if (has_role(turns, 0, "system") || has_role(turns, 0, "developer")) {
      system = message_text(turns[0]);
      turns = turns.subspan(1);
    }
    if (!system.text().empty() || !input.tools.empty()) {
      out.tag("<start_of_turn>developer\n").text(trimmed(system));
      if (!input.tools.empty()) {
        if (!system.text().empty()) out.tag("\n");
        if (trimmed(system.text()) != kIntroduction) out.tag(kIntroduction);
      }
      for (const Tool& tool : input.tools) write_declaration(out, tool);
      out.tag("<end_of_turn>\n");
    }
    Last last = Last::kOther;
    for (size_t i = 0; i < turns.size(); ++i) last = write_turn(out, turns, i, last);
    if (last != Last::kResult) out.tag("<start_of_turn>model\n");
    return out.finish();
  }

 private:
  // What was written last: results stay inside the turn of the calls.
  enum class Last : uint8_t { kOther, kCall, kResult };

  static Last write_turn(PromptWriter& out, std::span<const Message> turns, size_t i, Last last) {
    const Message& message = turns[i];
    const Value content = message_text(message);
    if (message.role == "tool") {
      if (last != Last::kCall) out.tag("<start_function_response>");
      out.tag("response:").text(called_function(turns, i)).tag("{");
      write_gemma_value(out, content, kStyle);
      out.tag("}<end_function_response>");
      return Last::kResult;
    }
    const bool is_known = message.role == "assistant" || message.role == "user";
    if (last != Last::kResult || !is_known) {
      out.tag("<start_of_turn>");
      out.text(message.role == "assistant" ? "model" : message.role).tag("\n");
    }
    out.text(trimmed(content));
    if (message.role == "assistant") {
      for (const ToolCall& call : message.tool_calls) {
        out.tag("<start_function_call>call:");
        write_gemma_call(out, call, kStyle);
        out.tag("<end_function_call>");
      }
      if (!message.tool_calls.empty() && has_role(turns, i + 1, "tool")) {
        out.tag("<start_function_response>");
        return Last::kCall;
      }
    }
    out.tag("<end_of_turn>\n");
    return is_known ? Last::kOther : last;
  }
};

}  // namespace

std::unique_ptr<Renderer> functiongemma() {
  return std::make_unique<FunctionGemma>();
}

}  // namespace lar::chat::renderers

// Cohere's Command A of 2026: turns of tokens, tools and results as JSON laid out as the
// publisher's template does, calls numbered through the conversation.
#include <fmt/format.h>

#include <map>

#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

Value content_string(std::string_view text) {
  return Value::string(std::string(text), Origin::kContent);
}

void write_tools(PromptWriter& out, std::span<const Tool> tools) {
  out.tag("# Available Tools\n```json\n[\n");
  if (tools.empty()) out.tag("\n\n");
  for (size_t i = 0; i < tools.size(); ++i) {
    out.tag("\n    {\"name\": ").json(content_string(tools[i].name), JsonForm::kCompact);
    out.tag(", \"description\": ");
    out.json(content_string(tools[i].description), JsonForm::kCompact).tag(", \"parameters\": ");
    out.json(parameters_value(tools[i].parameters), JsonForm::kSpaced);
    out.tag(", \"responses\": null}").tag(i + 1 < tools.size() ? ",\n\n" : "\n\n");
  }
  out.tag("\n]\n```");
}

void write_thought(PromptWriter& out, std::string_view thought) {
  if (thought.empty()) return;
  out.tag("<|START_THINKING|>").text(thought).tag("<|END_THINKING|>");
}

// The numbers of calls: results refer to them.
class CallNumbers {
 public:
  std::string take(const std::string& id) {
    const std::string number = fmt::format("{}", next_++);
    if (!id.empty()) numbers_.emplace(id, number);
    return number;
  }
  std::string of(const std::string& id) const {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? id : found->second;
  }

 private:
  std::map<std::string, std::string> numbers_;
  uint32_t next_ = 0;
};

void write_result(PromptWriter& out, const Message& message, const CallNumbers& numbers) {
  Dict content;
  content.set("content", message_text(message));
  out.tag("\n    {\n        \"tool_call_id\": \"");
  out.text(numbers.of(message.tool_call_id.value_or("")));
  out.tag("\",\n        \"results\": {\n\n            \n            \"0\": ");
  out.json(Value::dict(std::move(content)), JsonForm::kSpaced);
  out.tag("\n\n        },\n        \"is_error\": null\n    }");
}

void write_calls(PromptWriter& out, const Message& message, CallNumbers& numbers) {
  // White space that the publisher's template leaves there.
  out.tag("\n            \n                ");
  write_thought(out, thinking_of(message));
  out.tag("<|START_ACTION|>[");
  for (size_t i = 0; i < message.tool_calls.size(); ++i) {
    const ToolCall& call = message.tool_calls[i];
    out.tag("\n\n    {\"tool_call_id\": \"").text(numbers.take(call.id));
    out.tag("\", \"tool_name\": \"").text(call.name).tag("\", \"parameters\": ");
    out.json(arguments_object(call), JsonForm::kSpaced);
    out.tag(i + 1 < message.tool_calls.size() ? "}," : "}");
  }
  out.tag("\n\n]<|END_ACTION|><|END_OF_TURN_TOKEN|>");
}

class Cohere : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    const Split split = split_system(input.messages);
    PromptWriter out;
    out.tag("<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|><|START_TEXT|>");
    if (split.system != nullptr && !message_text(*split.system).text().empty()) {
      out.text(message_text(*split.system)).tag("\n\n\n\n");
    }
    write_tools(out, input.tools);
    out.tag("<|END_TEXT|><|END_OF_TURN_TOKEN|>");
    CallNumbers numbers;
    bool prefill = false;
    for (size_t i = 0; i < split.rest.size(); ++i) {
      const Message& message = split.rest[i];
      if (message.role == "tool") {
        write_results(out, split.rest, i, numbers);
      } else if (message.role == "assistant" || message.role == "chatbot") {
        out.tag("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>");
        if (!message.tool_calls.empty()) {
          write_calls(out, message, numbers);
          continue;
        }
        write_thought(out, thinking_of(message));
        out.tag("<|START_TEXT|>").text(message_text(message));
        prefill = is_last(split.rest, i);
        if (!prefill) out.tag("<|END_TEXT|><|END_OF_TURN_TOKEN|>");
      } else if (message.role == "system" || message.role == "user") {
        out.tag("<|START_OF_TURN_TOKEN|>");
        out.tag(message.role == "user" ? "<|USER_TOKEN|>" : "<|SYSTEM_TOKEN|>");
        out.tag("<|START_TEXT|>").text(message_text(message));
        out.tag("<|END_TEXT|><|END_OF_TURN_TOKEN|>");
      }
    }
    if (prefill) return out.finish();
    out.tag("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|><|START_THINKING|>");
    if (input.think == Think::kOff) out.tag("<|END_THINKING|>");
    return out.finish();
  }

 private:
  // Results in a row are one list.
  static void write_results(PromptWriter& out,
                            std::span<const Message> turns,
                            size_t i,
                            const CallNumbers& numbers) {
    if (opens_results(turns, i)) {
      out.tag("<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|><|START_TOOL_RESULT|>[");
    }
    write_result(out, turns[i], numbers);
    out.tag(closes_results(turns, i) ? "\n\n]<|END_TOOL_RESULT|><|END_OF_TURN_TOKEN|>" : ",");
  }
};

}  // namespace

std::unique_ptr<Renderer> cohere() {
  return std::make_unique<Cohere>();
}

}  // namespace lar::chat::renderers

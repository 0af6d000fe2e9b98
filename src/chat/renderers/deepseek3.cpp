// DeepSeek V3.1: all system texts first, tools as text, answers marked as thought or not.
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

constexpr std::string_view kCallInstructions =
    "\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n"
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments"
    "<｜tool▁call▁end｜>{{additional_tool_calls}}<｜tool▁calls▁end｜>\n\nWhere:\n\n"
    "- `tool_call_name` must be an exact match to one of the available tools\n"
    "- `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters "
    "Schema\n- For multiple tool calls, chain them directly without separators or spaces\n";

class DeepSeek31 : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    const bool thinks_now = thinks(input.think);
    PromptWriter out;
    out.tag("<｜begin▁of▁sentence｜>");
    bool first = true;
    for (const Message& message : input.messages) {
      if (message.role != "system") continue;
      if (!first) out.tag("\n\n");
      first = false;
      out.text(message_text(message));
    }
    if (!input.tools.empty()) write_tools(out, input.tools);
    // Who spoke last: an answer after a question says whether it was thought about.
    enum class Last : uint8_t { kOther, kUser, kTool } last = Last::kOther;
    const auto question = last_user(input.messages);
    for (size_t i = 0; i < input.messages.size(); ++i) {
      const Message& message = input.messages[i];
      const Value content = message_text(message);
      if (message.role == "user") {
        last = Last::kUser;
        out.tag("<｜User｜>").text(content);
      } else if (message.role == "tool") {
        last = Last::kTool;
        out.tag("<｜tool▁output▁begin｜>").text(content).tag("<｜tool▁output▁end｜>");
      } else if (message.role == "assistant") {
        if (last == Last::kUser) {
          const bool is_now = !question || i > *question;
          const bool shows =
              thinks_now && is_now && message.tool_calls.empty() && !thinking_of(message).empty();
          out.tag("<｜Assistant｜>").tag(shows ? "<think>" : "</think>");
        }
        write_answer(out, message, content.text(), last == Last::kTool);
        last = Last::kOther;
      }
    }
    if (last == Last::kUser) out.tag("<｜Assistant｜>").tag(thinks_now ? "<think>" : "</think>");
    return out.finish();
  }

 private:
  static void write_tools(PromptWriter& out, std::span<const Tool> tools) {
    out.tag("\n\n## Tools\nYou have access to the following tools:\n");
    for (const Tool& tool : tools) {
      out.tag("\n### ").text(tool.name).tag("\nDescription: ").text(tool.description);
      out.tag("\n\nParameters: ");
      out.json(parameters_value(tool.parameters), JsonForm::kCompact).tag("\n");
    }
    out.tag(kCallInstructions);
  }

  static void write_answer(PromptWriter& out,
                           const Message& message,
                           std::string_view content,
                           bool after_tool) {
    if (!message.tool_calls.empty()) {
      out.text(content).tag("<｜tool▁calls▁begin｜>");
      for (const ToolCall& call : message.tool_calls) {
        out.tag("<｜tool▁call▁begin｜>").text(call.name).tag("<｜tool▁sep｜>");
        out.json(arguments_object(call), JsonForm::kCompact).tag("<｜tool▁call▁end｜>");
      }
      out.tag("<｜tool▁calls▁end｜><｜end▁of▁sentence｜>");
      return;
    }
    constexpr std::string_view kClose = "</think>";
    const size_t close = after_tool ? std::string_view::npos : content.find(kClose);
    if (close != std::string_view::npos) content.remove_prefix(close + kClose.size());
    out.text(content).tag("<｜end▁of▁sentence｜>");
  }
};

}  // namespace

std::unique_ptr<Renderer> deepseek31() {
  return std::make_unique<DeepSeek31>();
}

}  // namespace lar::chat::renderers

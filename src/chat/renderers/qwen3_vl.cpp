// Qwen3-VL: ChatML, tools as JSON lines, calls as JSON in <tool_call>.
#include "chat/media.h"
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/wrapped_result.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

class Qwen3Vl : public Renderer {
 public:
  explicit Qwen3Vl(bool thinks) : thinks_(thinks) {}

  Result<Prompt> render(const RenderInput& input) const override {
    const auto messages = input.messages;
    const bool thinks_now = input.think == Think::kUnset ? thinks_ : thinks(input.think);
    PromptWriter out;
    write_system(out, messages, input.tools);
    const size_t query = last_query(messages);
    uint32_t media = 0;
    for (size_t i = 0; i < messages.size(); ++i) {
      const Message& message = messages[i];
      const Value content =
          text_with_media(message_text(message), message_images(message), &media, true);
      if (message.role == "assistant") {
        write_answer(out, messages, i, content.text(), thinks_now, query);
      } else if (message.role == "tool") {
        if (opens_results(messages, i)) out.tag("<|im_start|>user");
        out.tag("\n<tool_response>\n").text(content).tag("\n</tool_response>");
        if (closes_results(messages, i)) out.tag("<|im_end|>\n");
      } else if (message.role == "user" || (message.role == "system" && i > 0)) {
        out.tag("<|im_start|>").text(message.role).tag("\n").text(content).tag("<|im_end|>\n");
      }
    }
    if (!messages.empty() && messages.back().role != "assistant") {
      out.tag(thinks_now ? "<|im_start|>assistant\n<think>\n" : "<|im_start|>assistant\n");
    }
    return out.finish();
  }

 private:
  static void write_system(PromptWriter& out,
                           std::span<const Message> messages,
                           std::span<const Tool> tools) {
    const Split split = split_system(messages);
    if (tools.empty()) {
      if (split.system == nullptr) return;
      out.tag("<|im_start|>system\n").text(message_text(*split.system)).tag("<|im_end|>\n");
      return;
    }
    out.tag("<|im_start|>system\n");
    if (split.system != nullptr) out.text(message_text(*split.system)).tag("\n\n");
    out.tag(
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        "You are provided with function signatures within <tools></tools> XML tags:\n<tools>");
    for (const Tool& tool : tools) out.tag("\n").json(tool_value(tool), JsonForm::kSpaced);
    out.tag(
        "\n</tools>\n\nFor each function call, return a json object with function name and "
        "arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n"
        "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>"
        "<|im_end|>\n");
  }

  // The last real question: thoughts after it are written again.
  static size_t last_query(std::span<const Message> messages) {
    for (size_t i = messages.size(); i > 0; --i) {
      const Message& message = messages[i - 1];
      uint32_t media = 0;
      if (message.role == "user" &&
          !is_wrapped_result(
              text_with_media(message_text(message), message_images(message), &media, true)
                  .text())) {
        return i - 1;
      }
    }
    return messages.empty() ? 0 : messages.size() - 1;
  }

  static void write_answer(PromptWriter& out,
                           std::span<const Message> messages,
                           size_t i,
                           std::string_view content,
                           bool thinks_now,
                           size_t query) {
    const Message& message = messages[i];
    out.tag("<|im_start|>assistant\n");
    std::string_view thought = thinking_of(message);
    if (thinks_now && i > query && (is_last(messages, i) || !thought.empty())) {
      thought = without_newlines(thought);
      thought = thought.substr(0, thought.find_last_not_of('\n') + 1);
      out.tag("<think>\n").text(thought);
      if (!content.empty()) out.tag("\n</think>\n\n").text(without_newlines(content));
    } else {
      out.text(content);
    }
    bool first = content.empty();
    for (const ToolCall& call : message.tool_calls) {
      if (!first) out.tag("\n");
      first = false;
      out.tag("<tool_call>\n{\"name\": \"").text(call.name).tag("\", \"arguments\": ");
      out.json(arguments_object(call), JsonForm::kSpaced).tag("}\n</tool_call>");
    }
    if (!is_last(messages, i)) out.tag("<|im_end|>\n");
  }

  const bool thinks_;
};

}  // namespace

std::unique_ptr<Renderer> qwen3_vl_instruct() {
  return std::make_unique<Qwen3Vl>(false);
}
std::unique_ptr<Renderer> qwen3_vl_thinking() {
  return std::make_unique<Qwen3Vl>(true);
}

}  // namespace lar::chat::renderers

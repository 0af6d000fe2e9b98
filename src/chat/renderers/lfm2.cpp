// Liquid LFM2: ChatML after a start token, the list of tools in the system's turn, calls like
// Python's in front of an answer's text.
#include "chat/media.h"
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

void write_calls(PromptWriter& out, const Message& message) {
  out.tag("<|tool_call_start|>[");
  bool first = true;
  for (const ToolCall& call : message.tool_calls) {
    if (!first) out.tag(",");
    first = false;
    out.text(call.name).tag("(");
    bool first_argument = true;
    for (const auto& [name, value] : arguments_sorted(call)) {
      if (!first_argument) out.tag(",");
      first_argument = false;
      out.text(name).tag("=").json(value, JsonForm::kSpacedPlain);
    }
    out.tag(")");
  }
  out.tag("]<|tool_call_end|>");
}

class Lfm2 : public Renderer {
 public:
  explicit Lfm2(bool has_thoughts) : has_thoughts_(has_thoughts) {}

  Result<Prompt> render(const RenderInput& input) const override {
    const Split split = split_system(input.messages);
    PromptWriter out;
    out.tag("<|startoftext|>");
    write_system(out, split.system, input.tools);
    const bool keeps_thoughts = has_thoughts_ && thinks(input.think);
    size_t last_answer = split.rest.size();
    for (size_t i = 0; i < split.rest.size(); ++i) {
      if (split.rest[i].role == "assistant") last_answer = i;
    }
    uint32_t media = split.system == nullptr ? 0 : message_images(*split.system);
    for (size_t i = 0; i < split.rest.size(); ++i) {
      const Message& message = split.rest[i];
      const Value content =
          text_with_media(message_text(message), message_images(message), &media, true);
      out.tag("<|im_start|>").text(message.role).tag("\n");
      if (message.role == "assistant") {
        write_answer(out, message, content, keeps_thoughts || i == last_answer);
        if (!is_last(split.rest, i)) out.tag("<|im_end|>\n");
        continue;
      }
      const bool wraps =
          message.role == "tool" && !contains(content.text(), "<|tool_response_start|>");
      if (wraps) out.tag("<|tool_response_start|>");
      out.text(content).tag(wraps ? "<|tool_response_end|>" : "").tag("<|im_end|>\n");
    }
    if (split.rest.empty() || split.rest.back().role != "assistant") {
      out.tag("<|im_start|>assistant\n");
    }
    return out.finish();
  }

 private:
  static void write_system(PromptWriter& out, const Message* system, std::span<const Tool> tools) {
    const Value text =
        system == nullptr ? Value::string("", Origin::kContent) : message_text(*system);
    if (text.text().empty() && tools.empty()) return;
    out.tag("<|im_start|>system\n").text(text);
    if (!tools.empty()) {
      if (!text.text().empty()) out.tag("\n");
      out.tag("List of tools: <|tool_list_start|>[");
      bool first = true;
      for (const Tool& tool : tools) {
        if (!first) out.tag(", ");
        first = false;
        const Value whole = tool_value(tool);
        out.json(tool.name.empty() ? whole : *whole.find("function"), JsonForm::kSpacedPlain);
      }
      out.tag("]<|tool_list_end|>");
    }
    out.tag("<|im_end|>\n");
  }

  void write_answer(PromptWriter& out,
                    const Message& message,
                    const Value& content,
                    bool keeps_thought) const {
    constexpr std::string_view kClose = "</think>";
    const std::string_view text = content.text();
    const bool has_close = contains(text, kClose);
    const bool has_calls = !message.tool_calls.empty() && !contains(text, "<|tool_call_start|>");
    if (keeps_thought || !has_close) {
      if (keeps_thought && has_thoughts_ && !thinking_of(message).empty() && !has_close) {
        out.tag("<think>").text(thinking_of(message)).tag(kClose);
      }
      if (has_calls) write_calls(out, message);
      if (has_calls && !trimmed(text).empty()) out.tag("\n");
      const bool is_cut = !keeps_thought && has_thoughts_ && !thinking_of(message).empty();
      if (is_cut) {
        out.text(has_calls ? trimmed_right(text) : trimmed(text));
      } else {
        out.text(content);
      }
      return;
    }
    // The thought stands in the text: what comes before its end goes, the calls with it.
    out.text(trimmed(text.substr(text.rfind(kClose) + kClose.size())));
  }

  const bool has_thoughts_;
};

}  // namespace

std::unique_ptr<Renderer> lfm2() {
  return std::make_unique<Lfm2>(false);
}
std::unique_ptr<Renderer> lfm2_thinking() {
  return std::make_unique<Lfm2>(true);
}

}  // namespace lar::chat::renderers

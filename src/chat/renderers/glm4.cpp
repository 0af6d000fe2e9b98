// GLM 4.7 and GLM-OCR: tools as JSON lines, calls as pairs of key and value in tags.
#include "chat/media.h"
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

void write_tools(PromptWriter& out, std::span<const Tool> tools) {
  if (tools.empty()) return;
  out.tag(
      "<|system|>\n# Tools\n\nYou may call one or more functions to assist with the user "
      "query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n"
      "<tools>\n");
  for (const Tool& tool : tools) out.json(tool_value(tool), JsonForm::kSpaced).tag("\n");
  out.tag(
      "</tools>\n\nFor each function call, output the function name and arguments within the "
      "following XML format:\n<tool_call>{function-name}<arg_key>{arg-key-1}</arg_key>"
      "<arg_value>{arg-value-1}</arg_value><arg_key>{arg-key-2}</arg_key>"
      "<arg_value>{arg-value-2}</arg_value>...</tool_call>");
}

void write_call(PromptWriter& out, const ToolCall& call) {
  out.tag("<tool_call>").text(call.name);
  for (const auto& [name, value] : arguments_in_order(call)) {
    out.tag("<arg_key>").text(name).tag("</arg_key><arg_value>");
    if (value.is_string()) {
      out.text(value);
    } else {
      out.json(value, JsonForm::kCompact);
    }
    out.tag("</arg_value>");
  }
  out.tag("</tool_call>");
}

class Glm47 : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    PromptWriter out;
    out.tag("[gMASK]<sop>");
    write_tools(out, input.tools);
    for (size_t i = 0; i < input.messages.size(); ++i) {
      const Message& message = input.messages[i];
      const Value content = message_text(message);
      if (message.role == "user") {
        out.tag("<|user|>").text(content);
      } else if (message.role == "system") {
        out.tag("<|system|>").text(content);
      } else if (message.role == "tool") {
        if (opens_results(input.messages, i)) out.tag("<|observation|>");
        out.tag("<tool_response>").text(content).tag("</tool_response>");
      } else if (message.role == "assistant") {
        out.tag("<|assistant|>");
        if (!thinking_of(message).empty()) out.tag("<think>").text(thinking_of(message));
        out.tag("</think>").text(content);
        for (const ToolCall& call : message.tool_calls) write_call(out, call);
      }
    }
    const bool thinks_now = input.think == Think::kUnset || thinks(input.think);
    out.tag("<|assistant|>").tag(thinks_now ? "<think>" : "</think>");
    return out.finish();
  }
};

class GlmOcr : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    const bool is_off = input.think == Think::kOff;
    PromptWriter out;
    out.tag("[gMASK]<sop>");
    write_tools(out, input.tools);
    uint32_t media = 0;
    for (size_t i = 0; i < input.messages.size(); ++i) {
      const Message& message = input.messages[i];
      const Value text = message_text(message);
      const uint32_t images = message_images(message);
      if (message.role == "user") {
        out.tag("<|user|>\n").text(text_with_media(text, images, &media, true));
        if (is_off && !text.text().ends_with("/nothink")) out.tag("/nothink");
      } else if (message.role == "system") {
        out.tag("<|system|>\n").text(text).tag("\n");
      } else if (message.role == "tool") {
        if (opens_results(input.messages, i)) out.tag("<|observation|>");
        out.tag("\n<tool_response>\n").text(text_with_media(text, images, &media, true));
        out.tag("\n</tool_response>\n");
      } else if (message.role == "assistant") {
        write_answer(out, message, text);
      }
    }
    out.tag("<|assistant|>\n");
    if (is_off) out.tag("<think></think>\n");
    return out.finish();
  }

 private:
  static void write_answer(PromptWriter& out, const Message& message, const Value& text) {
    out.tag("<|assistant|>\n<think>").text(trimmed(thinking_of(message))).tag("</think>");
    if (!text.text().empty()) out.tag("\n").text(trimmed(text));
    for (const ToolCall& call : message.tool_calls) {
      out.tag("\n");
      write_call(out, call);
    }
    out.tag("\n");
  }
};

}  // namespace

std::unique_ptr<Renderer> glm47() {
  return std::make_unique<Glm47>();
}
std::unique_ptr<Renderer> glm_ocr() {
  return std::make_unique<GlmOcr>();
}

}  // namespace lar::chat::renderers

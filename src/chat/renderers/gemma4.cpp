// Gemma 4: turns of its own, system and tools in one, calls and their results inside the model's
// turn, thoughts in a channel.
#include "chat/media.h"
#include "chat/renderers/families.h"
#include "chat/renderers/gemma4_schema.h"
#include "chat/renderers/turns.h"

namespace lar::chat::renderers {
namespace {

// Without the thoughts that an answer of the past has in its text.
std::string without_thoughts(std::string_view text) {
  constexpr std::string_view kOpen = "<|channel>";
  constexpr std::string_view kClose = "<channel|>";
  std::string out;
  while (true) {
    const size_t open = text.find(kOpen);
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = text.find(kClose, open);
    if (close == std::string_view::npos) break;
    text.remove_prefix(close + kClose.size());
  }
  return std::string(trimmed(out));
}

class Gemma4 : public Renderer {
 public:
  // The large models are trained with an empty thought where they shall not think.
  explicit Gemma4(bool empty_thought) : empty_thought_(empty_thought) {}

  Result<Prompt> render(const RenderInput& input) const override {
    const bool thinks_now = thinks(input.think);
    std::span<const Message> turns = input.messages;
    PromptWriter out;
    out.tag("<bos>");
    const Message* system = nullptr;
    if (has_role(turns, 0, "system") || has_role(turns, 0, "developer")) {
      system = turns.data();
      turns = turns.subspan(1);
    }
    if (system != nullptr || !input.tools.empty() || thinks_now) {
      out.tag("<|turn>system\n");
      if (thinks_now) out.tag("<|think|>\n");
      if (system != nullptr) out.text(trimmed(message_text(*system)));
      for (const Tool& tool : input.tools) write_gemma4_declaration(out, tool);
      out.tag("<turn|>\n");
    }
    Pass pass{.out = out, .turns = turns, .question = last_user(turns)};
    for (size_t i = 0; i < turns.size(); ++i) {
      if (turns[i].role != "tool") pass.write(i);
    }
    if (pass.last == Last::kOther) {
      out.tag("<|turn>model\n");
      if (empty_thought_ && !thinks_now) out.tag("<|channel>thought\n<channel|>");
    } else if (pass.last == Last::kResult && thinks_now) {
      out.tag("<|channel>thought\n");
    }
    return out.finish();
  }

 private:
  // What the message before ended with.
  enum class Last : uint8_t { kOther, kCall, kResult };

  // One walk over the messages.
  struct Pass {
    PromptWriter& out;
    std::span<const Message> turns;
    std::optional<size_t> question;
    Last last = Last::kOther;
    bool after_answer = false;  // the message before (results aside) was the model's
    uint32_t media = 0;

    void write(size_t i) {
      const Message& message = turns[i];
      const bool is_answer = message.role == "assistant";
      if (!is_answer || !after_answer) {
        out.tag("<|turn>").text(is_answer ? "model" : message.role).tag("\n");
      }
      if (is_answer && !thinking_of(message).empty() && (!question || i > *question)) {
        out.tag("<|channel>thought\n").text(thinking_of(message)).tag("\n<channel|>");
      }
      last = Last::kOther;
      for (const ToolCall& call : message.tool_calls) {
        out.tag("<|tool_call>call:");
        write_gemma_call(out, call, kGemma4Style);
        out.tag("<tool_call|>");
        last = Last::kCall;
      }
      if (last == Last::kCall) write_results(i);
      const bool has_content = write_content(message, is_answer);
      close(i, is_answer, has_content);
      after_answer = is_answer;
    }

    void write_results(size_t i) {
      for (size_t k = i + 1; has_role(turns, k, "tool"); ++k) {
        const Message& result = turns[k];
        out.tag("<|tool_response>response:").text(name_of(result, turns[i])).tag("{value:");
        write_gemma_value(
            out, text_with_media(message_text(result), message_images(result), &media, true),
            kGemma4Style);
        out.tag("}<tool_response|>");
        last = Last::kResult;
      }
    }

    static std::string_view name_of(const Message& result, const Message& calls) {
      if (result.tool_call_id && !result.tool_call_id->empty()) {
        for (const ToolCall& call : calls.tool_calls) {
          if (call.id == *result.tool_call_id) return call.name;
        }
      }
      return result.name && !result.name->empty() ? std::string_view(*result.name) : "unknown";
    }

    bool write_content(const Message& message, bool is_answer) {
      const Value whole = message_text(message);
      const Value content = is_answer
                                ? Value::string(without_thoughts(whole.text()), Origin::kContent)
                                : trimmed(whole);
      const uint32_t images = message_images(message);
      out.text(text_with_media(content, images, &media, true));
      return !trimmed(content.text()).empty() || images > 0;
    }

    // Ends the turn, unless more of the model's follows in it.
    void close(size_t i, bool is_answer, bool has_content) {
      size_t next = i + 1;
      while (has_role(turns, next, "tool")) ++next;
      const bool has_results = last == Last::kResult;
      const bool waits = !turns[i].tool_calls.empty() && !has_results;
      if (waits) {
        out.tag("<|tool_response>");
        return;
      }
      const bool goes_on = is_answer && has_role(turns, next, "assistant");
      const bool open_end = has_results && !has_content && next >= turns.size();
      if (!goes_on && !open_end) out.tag("<turn|>\n");
    }
  };

  const bool empty_thought_;
};

}  // namespace

std::unique_ptr<Renderer> gemma4_small() {
  return std::make_unique<Gemma4>(false);
}
std::unique_ptr<Renderer> gemma4_large() {
  return std::make_unique<Gemma4>(true);
}

}  // namespace lar::chat::renderers

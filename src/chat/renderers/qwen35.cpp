// Qwen 3.5 and 3.8, and Ornith: ChatML with trimmed texts, tools as JSON lines, calls in XML,
// thoughts in <think>.
#include <algorithm>

#include "chat/media.h"
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/wrapped_result.h"
#include "chat/renderers/writer.h"
#include "chat/renderers/xml_calls.h"

namespace lar::chat::renderers {
namespace {

constexpr std::string_view kMuchEffort =
    "Reasoning effort is set to xhigh. Please think carefully through the task, validate key "
    "assumptions, consider plausible alternatives, and prioritize correctness, consistency, and "
    "clarity in the final answer.";
constexpr std::string_view kLittleEffort =
    "Reasoning effort is set to low. Keep your thinking brief and focused, moving directly to the "
    "conclusion without unnecessary elaboration.";

struct Variant {
  bool always_thought = false;  // a block of thought in every answer of the past
  bool is_38 = false;           // one system turn, sentences of effort, stricter
};

std::string_view effort(Think think) {
  switch (think) {
    case Think::kUnset:
    case Think::kHigh:
    case Think::kMax: return kMuchEffort;
    case Think::kLow: return kLittleEffort;
    default: return {};
  }
}

bool is_instruction(const Message& message) {
  return message.role == "system" || message.role == "developer";
}

Value trimmed_content(const Message& message, uint32_t* media) {
  return trimmed(text_with_media(message_text(message), message_images(message), media, true));
}

bool is_query(const Message& message) {
  uint32_t media = 0;
  return message.role == "user" && !is_wrapped_result(trimmed_content(message, &media).text());
}

// All instructions as one system message in front.
Result<std::vector<Message>> joined_instructions(std::span<const Message> messages) {
  std::string joined;
  size_t count = 0;
  for (const Message& message : messages) {
    if (!is_instruction(message)) continue;
    if (message_images(message) > 0) {
      return fail(Code::kInvalidArgument, message.role + " message cannot contain images");
    }
    ++count;
    const std::string text(trimmed(message_text(message).text()));
    if (text.empty()) continue;
    if (!joined.empty()) joined += "\n\n";
    joined += text;
  }
  std::vector<Message> result(messages.begin(), messages.end());
  if (count == 0 || (count == 1 && messages[0].role == "system")) return result;
  std::erase_if(result, is_instruction);
  Message system;
  system.role = "system";
  system.content = Value::string(joined, Origin::kContent);
  result.insert(result.begin(), std::move(system));
  return result;
}

// What an answer of the past thought and said.
struct Answer {
  std::string_view thought;
  std::string_view content;
};

Answer split_answer(const Message& message,
                    std::string_view content,
                    bool shows_thought,
                    bool reads_tags) {
  if (shows_thought && !thinking_of(message).empty()) {
    return {trimmed(thinking_of(message)), content};
  }
  const size_t close = reads_tags ? content.find("</think>") : std::string_view::npos;
  if (close == std::string_view::npos) return {{}, content};
  std::string_view thought = content.substr(0, close);
  if (const size_t open = thought.rfind("<think>"); open != std::string_view::npos) {
    thought.remove_prefix(open + std::string_view("<think>").size());
  }
  return {trimmed(thought),
          without_newlines(content.substr(close + std::string_view("</think>").size()))};
}

class Qwen35 : public Renderer {
 public:
  explicit Qwen35(Variant variant) : variant_(variant) {}

  Result<Prompt> render(const RenderInput& input) const override {
    if (!variant_.is_38) return render_messages(input.messages, input);
    LAR_TRY(const auto messages, joined_instructions(input.messages));
    if (messages.empty()) return fail(Code::kInvalidArgument, "no messages provided");
    if (std::ranges::none_of(messages, is_query)) {
      return fail(Code::kInvalidArgument, "no user query found in messages");
    }
    return render_messages(messages, input);
  }

 private:
  Result<Prompt> render_messages(std::span<const Message> messages,
                                 const RenderInput& input) const {
    const bool thinks_now = input.think == Think::kUnset || thinks(input.think);
    PromptWriter out;
    write_system(out, messages, input);
    size_t query = messages.empty() ? 0 : messages.size() - 1;
    for (size_t i = messages.size(); i > 0; --i) {
      if (!is_query(messages[i - 1])) continue;
      query = i - 1;
      break;
    }
    uint32_t media = 0;
    for (size_t i = 0; i < messages.size(); ++i) {
      const Message& message = messages[i];
      const Value content = trimmed_content(message, &media);
      if (message.role == "assistant") {
        const bool shows = variant_.always_thought || (thinks_now && i > query);
        write_answer(out, message, content.text(), shows);
        if (!is_last(messages, i)) out.tag("<|im_end|>\n");
      } else if (message.role == "tool") {
        if (opens_results(messages, i)) out.tag("<|im_start|>user");
        out.tag("\n<tool_response>\n").text(content).tag("\n</tool_response>");
        if (closes_results(messages, i)) out.tag("<|im_end|>\n");
      } else if (message.role == "user" || (message.role == "system" && i > 0) ||
                 (variant_.is_38 && message.role != "system")) {
        out.tag("<|im_start|>").text(message.role).tag("\n").text(content).tag("<|im_end|>\n");
      }
    }
    if (!messages.empty() && messages.back().role != "assistant") {
      out.tag("<|im_start|>assistant\n");
      out.tag(thinks_now ? "<think>\n" : "<think>\n\n</think>\n\n");
    }
    return out.finish();
  }

  void write_system(PromptWriter& out,
                    std::span<const Message> messages,
                    const RenderInput& input) const {
    const std::string_view sentence = variant_.is_38 ? effort(input.think) : std::string_view();
    const Split split = split_system(messages);
    uint32_t media = 0;
    const Value system = split.system == nullptr ? Value::string("", Origin::kContent)
                                                 : trimmed_content(*split.system, &media);
    const bool has_text = !system.text().empty();
    if (!input.tools.empty()) {
      out.tag("<|im_start|>system\n");
      if (!sentence.empty()) out.tag(sentence).tag("\n\n");
      out.tag("# Tools\n\nYou have access to the following functions:\n\n<tools>");
      for (const Tool& tool : input.tools) {
        out.tag("\n").json(tool_value(tool), JsonForm::kSpaced);
      }
      out.tag("\n</tools>").tag(kXmlCallInstructions);
      if (has_text) out.tag("\n\n").text(system);
      out.tag("<|im_end|>\n");
      return;
    }
    const bool is_written = split.system != nullptr && (!variant_.is_38 || has_text);
    if (!is_written && sentence.empty()) return;
    out.tag("<|im_start|>system\n").tag(sentence);
    if (!sentence.empty() && has_text) out.tag("\n\n");
    out.text(system).tag("<|im_end|>\n");
  }

  void write_answer(PromptWriter& out,
                    const Message& message,
                    std::string_view content,
                    bool shows_thought) const {
    const Answer answer = split_answer(message, content, shows_thought, !variant_.is_38);
    out.tag("<|im_start|>assistant\n");
    if (shows_thought) out.tag("<think>\n").text(answer.thought).tag("\n</think>\n\n");
    out.text(answer.content);
    bool first = true;
    for (const ToolCall& call : message.tool_calls) {
      if (!first) out.tag("\n");
      if (first && !trimmed(answer.content).empty()) out.tag("\n\n");
      first = false;
      out.tag("<tool_call>\n<function=").text(call.name).tag(">\n");
      for (const auto& [name, value] : arguments_in_order(call)) {
        out.tag("<parameter=").text(name).tag(">\n");
        out.text(argument_text(value)).tag("\n</parameter>\n");
      }
      out.tag("</function>\n</tool_call>");
    }
  }

  const Variant variant_;
};

}  // namespace

std::unique_ptr<Renderer> qwen35() {
  return std::make_unique<Qwen35>(Variant{});
}
std::unique_ptr<Renderer> qwen38() {
  return std::make_unique<Qwen35>(Variant{.always_thought = true, .is_38 = true});
}
std::unique_ptr<Renderer> ornith() {
  return std::make_unique<Qwen35>(Variant{.always_thought = true});
}

}  // namespace lar::chat::renderers

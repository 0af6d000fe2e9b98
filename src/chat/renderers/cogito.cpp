// Deep Cogito: DeepSeek's frame, its own identity first, tools and arguments as fenced JSON.
#include <algorithm>

#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

constexpr std::string_view kIdentity =
    "You are Cogito, an AI assistant created by Deep Cogito, which is an AI research lab based in "
    "San Francisco.";

class Cogito : public Renderer {
 public:
  Result<Prompt> render(const RenderInput& input) const override {
    const bool thinks_now = thinks(input.think);
    const Split split = split_system(input.messages);
    PromptWriter out;
    out.tag("<｜begin▁of▁sentence｜>");
    if (thinks_now) out.tag("Enable deep thinking subroutine.\n\n");
    out.tag(kIdentity);
    const Value system =
        split.system == nullptr ? Value::string("", Origin::kContent) : message_text(*split.system);
    if (!system.text().empty()) out.tag("\n\n").text(system).tag(thinks_now ? "\n\n" : "");
    if (!input.tools.empty()) {
      out.tag("\nYou have the following functions available:\n");
      for (const Tool& tool : input.tools) {
        out.tag("```json\n").text(indented_json(tool_value(tool))).tag("\n```\n");
      }
    }
    for (size_t i = 0; i < split.rest.size(); ++i) write_turn(out, split.rest, i);
    // A question has opened the answer already.
    const auto is_turn = [](const Message& message) {
      return message.role == "user" || message.role == "assistant" || message.role == "tool";
    };
    const auto last = std::ranges::find_if(split.rest.rbegin(), split.rest.rend(), is_turn);
    if (last == split.rest.rend() || last->role != "user") out.tag("<｜Assistant｜>");
    if (thinks_now) out.tag("<think>\n");
    return out.finish();
  }

 private:
  static void write_turn(PromptWriter& out, std::span<const Message> turns, size_t i) {
    const Message& message = turns[i];
    const Value content = message_text(message);
    if (message.role == "user") {
      out.tag("<｜User｜>").text(content).tag("<｜Assistant｜>");
    } else if (message.role == "tool") {
      if (opens_results(turns, i)) out.tag("<｜tool▁outputs▁begin｜>");
      out.tag("<｜tool▁output▁begin｜>").text(content).tag("<｜tool▁output▁end｜>");
      out.tag(closes_results(turns, i) ? "<｜tool▁outputs▁end｜>" : "\n");
    } else if (message.role == "assistant") {
      out.text(content);
      if (!message.tool_calls.empty()) write_calls(out, message);
      out.tag("<｜end▁of▁sentence｜>");
    }
  }

  static void write_calls(PromptWriter& out, const Message& message) {
    out.tag("<｜tool▁calls▁begin｜>");
    bool first = true;
    for (const ToolCall& call : message.tool_calls) {
      if (!first) out.tag("\n");
      first = false;
      out.tag("<｜tool▁call▁begin｜>function<｜tool▁sep｜>").text(call.name).tag("\n```json\n");
      out.json(arguments_object(call), JsonForm::kCompact).tag("\n```<｜tool▁call▁end｜>");
    }
    out.tag("<｜tool▁calls▁end｜>");
  }
};

}  // namespace

std::unique_ptr<Renderer> cogito() {
  return std::make_unique<Cogito>();
}

}  // namespace lar::chat::renderers

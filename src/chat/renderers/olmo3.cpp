// Olmo 3: ChatML with fixed system texts, functions as one JSON list, calls like Python's.
#include "chat/renderers/families.h"
#include "chat/renderers/turns.h"
#include "chat/renderers/writer.h"

namespace lar::chat::renderers {
namespace {

constexpr std::string_view kOlmo =
    "You are Olmo, a helpful AI assistant built by Ai2. Your date cutoff is December 2024, and "
    "your model weights are available at https://huggingface.co/allenai.";
constexpr std::string_view kNoFunctions =
    "You do not currently have access to any functions. <functions></functions>";
constexpr std::string_view kWithFunctions =
    "You are provided with function signatures within <functions></functions> XML tags. You may "
    "call one or more functions to assist with the user query. Output any function calls within "
    "<function_calls></function_calls> XML tags. Do not make assumptions about what values to "
    "plug into functions.";

// The first system message, and all that are none.
struct Parts {
  const Message* system = nullptr;
  std::vector<Message> turns;
};

Parts split(std::span<const Message> messages) {
  Parts parts;
  for (const Message& message : messages) {
    if (message.role != "system") {
      parts.turns.push_back(message);
    } else if (parts.system == nullptr) {
      parts.system = &message;
    }
  }
  return parts;
}

class Olmo3 : public Renderer {
 public:
  explicit Olmo3(std::string_view system) : system_(system) {}

  Result<Prompt> render(const RenderInput& input) const override {
    const Parts parts = split(input.messages);
    PromptWriter out;
    out.tag("<|im_start|>system\n");
    if (parts.system != nullptr) {
      out.text(message_text(*parts.system));
    } else {
      out.tag(system_).tag(" ").tag(input.tools.empty() ? kNoFunctions : kWithFunctions);
    }
    if (!input.tools.empty()) {
      std::vector<Value> list;
      for (const Tool& tool : input.tools) list.push_back(tool_value(tool));
      out.tag("<functions>").json(Value::list(std::move(list)), JsonForm::kSpaced);
      out.tag("</functions>");
    }
    out.tag("<|im_end|>\n");
    for (size_t i = 0; i < parts.turns.size(); ++i) {
      write_turn(out, parts.turns[i], is_last(parts.turns, i));
    }
    const bool is_prefill = !parts.turns.empty() && parts.turns.back().role == "assistant" &&
                            parts.turns.back().tool_calls.empty() &&
                            !message_text(parts.turns.back()).text().empty();
    if (!is_prefill) out.tag("<|im_start|>assistant\n");
    return out.finish();
  }

 private:
  static void write_turn(PromptWriter& out, const Message& message, bool is_last) {
    const Value content = message_text(message);
    if (message.role == "user") {
      out.tag("<|im_start|>user\n").text(content).tag("<|im_end|>\n");
    } else if (message.role == "tool") {
      out.tag("<|im_start|>environment\n").text(content).tag("<|im_end|>\n");
    } else if (message.role == "assistant") {
      out.tag("<|im_start|>assistant\n").text(content);
      if (!message.tool_calls.empty()) write_calls(out, message);
      if (!is_last || !message.tool_calls.empty()) out.tag("<|im_end|>\n");
    }
  }

  static void write_calls(PromptWriter& out, const Message& message) {
    out.tag("<function_calls>");
    bool first = true;
    for (const ToolCall& call : message.tool_calls) {
      if (!first) out.tag("\n");
      first = false;
      out.text(call.name).tag("(");
      bool first_argument = true;
      for (const auto& [name, value] : arguments_sorted(call)) {
        if (!first_argument) out.tag(", ");
        first_argument = false;
        out.text(name).tag("=").json(value, JsonForm::kCompact);
      }
      out.tag(")");
    }
    out.tag("</function_calls>");
  }

  const std::string_view system_;
};

// The variants that think have no tools.
class Olmo3Think : public Renderer {
 public:
  explicit Olmo3Think(std::string_view system) : system_(system) {}

  Result<Prompt> render(const RenderInput& input) const override {
    const Parts parts = split(input.messages);
    PromptWriter out;
    out.tag("<|im_start|>system\n");
    if (parts.system != nullptr) {
      out.text(message_text(*parts.system)).tag(" ").tag(kNoFunctions);
    } else {
      out.tag(system_);
    }
    out.tag("<|im_end|>\n");
    for (const Message& message : parts.turns) {
      if (message.role != "user" && message.role != "assistant") continue;
      out.tag("<|im_start|>").tag(message.role == "user" ? "user\n" : "assistant\n");
      out.text(message_text(message)).tag("<|im_end|>\n");
    }
    out.tag("<|im_start|>assistant\n<think>");
    return out.finish();
  }

 private:
  const std::string_view system_;
};

}  // namespace

std::unique_ptr<Renderer> olmo3() {
  return std::make_unique<Olmo3>("You are a helpful function-calling AI assistant.");
}
std::unique_ptr<Renderer> olmo31() {
  return std::make_unique<Olmo3>(kOlmo);
}
std::unique_ptr<Renderer> olmo3_think() {
  return std::make_unique<Olmo3Think>(kOlmo);
}
std::unique_ptr<Renderer> olmo3_think_32b() {
  return std::make_unique<Olmo3Think>("You are a helpful AI assistant.");
}

}  // namespace lar::chat::renderers

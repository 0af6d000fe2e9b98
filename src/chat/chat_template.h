// A model's chat template with the conventions of transformers' apply_chat_template: which
// variables it gets, and in which shape messages and tools reach it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/jinja/template.h"
#include "chat/message.h"
#include "chat/prompt.h"
#include "chat/value.h"

namespace lar::chat {

// Strings of the tokenizer that a template may print. They are control tokens, not content.
struct SpecialTokens {
  std::string bos;
  std::string eos;
  std::vector<std::pair<std::string, std::string>> others;  // "pad_token" and its text
};

struct ChatOptions {
  bool add_generation_prompt = true;
  std::optional<bool> enable_thinking;  // not defined in the template if not set
  std::optional<jinja::DateTime> now;   // else the local time
  Dict extra;                           // further variables; they override none of ours
  jinja::RenderLimits limits;
};

// What the template does with its input, found by rendering small conversations.
struct TemplateTraits {
  bool typed_content = false;  // prints content only if it is a list of parts
  bool system_role = false;    // prints a system message
  bool tools = false;          // prints the tools
  bool tool_calls = false;     // prints the calls of an earlier turn
  bool thinking = false;       // depends on enable_thinking, or prints earlier thoughts
};

// Immutable: may be used by several threads at once.
class ChatTemplate {
 public:
  // Errors: invalid_argument with line and column, resource_exhausted for a limit.
  static Result<std::unique_ptr<ChatTemplate>> create(std::string_view source,
                                                      SpecialTokens tokens);

  // `tools`: a list of JSON tool definitions; null or undefined where there are none.
  Result<Prompt> render(const std::vector<Message>& messages,
                        const Value& tools,
                        const ChatOptions& options) const;

  const TemplateTraits& traits() const { return traits_; }

 private:
  ChatTemplate(std::unique_ptr<jinja::Template> compiled, SpecialTokens tokens);

  Value message_value(const Message& message) const;
  std::string probe(const std::vector<Message>& messages,
                    const Value& tools,
                    std::optional<bool> enable_thinking) const;
  void find_traits();

  std::unique_ptr<jinja::Template> compiled_;
  SpecialTokens tokens_;
  TemplateTraits traits_;
};

// The context of a rendering from JSON text, for `lar template render`: an object with messages,
// tools, add_generation_prompt and any other variable.
Result<Prompt> render_json_context(std::string_view template_source,
                                   std::string_view context_json,
                                   std::optional<jinja::DateTime> now);

}  // namespace lar::chat

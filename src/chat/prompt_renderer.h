// The one way from a conversation to a prompt, whichever of a model's templates writes it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/chat_template.h"
#include "chat/gotemplate/template.h"
#include "chat/message.h"
#include "chat/prompt.h"
#include "chat/selection.h"

namespace lar::chat {

class Renderer;

// A last message of the assistant is the beginning of the answer, which the model continues.
struct Conversation {
  std::span<const Message> messages;
  Value tools;  // a list of JSON tool definitions; null or undefined where there are none
  Think think = Think::kUnset;
  std::optional<jinja::DateTime> now;  // else the local time
  // Of a Jinja template alone: whether the beginning of an answer follows, and further variables.
  bool add_generation_prompt = true;
  Dict variables;
};

// Immutable: may be used by several threads at once.
class PromptRenderer {
 public:
  // Errors: unsupported (a renderer that is not known), and those of the template, with its line
  // and column.
  static Result<PromptRenderer> create(const ModelFacts& facts,
                                       SpecialTokens tokens,
                                       GoTemplateWish wish = std::nullopt);
  PromptRenderer(PromptRenderer&&) noexcept;
  PromptRenderer& operator=(PromptRenderer&&) noexcept;
  ~PromptRenderer();

  // Errors: what the template refuses; resource_exhausted for a limit.
  Result<Prompt> render(const Conversation& conversation) const;

  // The text to write between `prompt` and `suffix`; only a Go template that has .Suffix can.
  bool can_infill() const;
  Result<Prompt> render_infill(std::string_view prompt, std::string_view suffix, Think think) const;

  PromptSystem system() const { return system_; }
  // What parsers read in templates; null where there is none of that kind. The Go template is
  // there whenever the model has one that compiles.
  const ChatTemplate* jinja() const { return jinja_.get(); }
  const gotemplate::Template* go_template() const { return go_.get(); }

 private:
  PromptRenderer() = default;

  Result<Prompt> render_with_system(const Conversation& conversation) const;
  Result<Prompt> render_jinja(const Conversation& conversation) const;
  Result<Prompt> render_go(const Conversation& conversation) const;

  PromptSystem system_ = PromptSystem::kPlain;
  std::string renderer_name_;
  bool drops_past_thoughts_ = false;
  bool harmony_ = false;  // the Jinja template writes messages in channels
  std::unique_ptr<ChatTemplate> jinja_;
  std::unique_ptr<gotemplate::Template> go_;
  std::unique_ptr<Renderer> renderer_;
};

}  // namespace lar::chat

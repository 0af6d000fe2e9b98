// A prompt template in Go's text/template, as Ollama's TEMPLATE layers hold it: compiled once,
// rendered over a conversation in the one of Ollama's three ways that it was written for.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/gotemplate/inspect.h"
#include "chat/gotemplate/limits.h"
#include "chat/jinja/date_time.h"
#include "chat/message.h"
#include "chat/prompt.h"
#include "chat/tools.h"

namespace lar::chat::gotemplate {

struct Data;

struct ExecuteOptions {
  ExecuteLimits limits;
  std::optional<jinja::DateTime> now;  // else the local time
};

struct Values {
  std::span<const Message> messages;         // content is text
  const std::vector<Tool>* tools = nullptr;  // null: not given
  // For infill, in place of messages: the text to complete and what follows it.
  bool infill = false;
  std::string_view prompt;
  std::string_view suffix;
  Think think = Think::kUnset;
  // Renders pair by pair though the template could take all messages at once (for tests).
  bool pairwise = false;
};

// Immutable: may be rendered by several threads at once.
class Template {
 public:
  // Errors: invalid_argument ("line 3, column 7: ..."), resource_exhausted for a limit.
  static Result<std::unique_ptr<Template>> compile(std::string_view source);
  ~Template();
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;

  // Errors as of compile.
  Result<Prompt> render(const Values& values, const ExecuteOptions& options = {}) const;
  // Once, over exactly these variables.
  Result<Prompt> execute(const Data& data, const ExecuteOptions& options = {}) const;

  const std::string& source() const;
  // Lower-case names of all that it mentions, sorted.
  const std::vector<std::string>& names() const { return names_; }
  bool mentions(std::string_view name) const;
  ThinkingTags thinking_tags() const;
  std::string tool_call_tag() const;

 private:
  explicit Template(Tree tree);

  class Rendering;

  std::unique_ptr<Tree> tree_;
  NodePtr last_pass_;  // the tree up to {{ .Response }}, for the answer that is to come
  std::vector<std::string> names_;
};

// Consecutive messages of one role as one, with a blank line between them (not those of tools), and
// the texts of all system messages.
struct Collated {
  Value system;
  std::vector<Message> messages;
};
Collated collate(std::span<const Message> messages);

}  // namespace lar::chat::gotemplate

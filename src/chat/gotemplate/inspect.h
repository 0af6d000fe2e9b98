// What a Go template tells about the model it was written for, read from its tree.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "chat/gotemplate/tree.h"

namespace lar::chat::gotemplate {

// Names of fields and variables that it mentions, lower case, sorted, each once. Errors:
// {{template}} without a value, which Ollama refuses.
Result<std::vector<std::string>> mentioned_names(const Tree& tree);

struct ThinkingTags {
  std::string open;
  std::string close;
};
// The text around {{ .Thinking }} inside a range over Messages; empty where there is none.
ThinkingTags thinking_tags(const Tree& tree);

// What a model with this template writes before a tool call: the first text after
// {{ if .ToolCalls }}, up to "{"; "{" where there is no such text.
std::string tool_call_tag(const Tree& tree);

}  // namespace lar::chat::gotemplate

// What Ollama reads from a Go template without running it: the text before tool calls and the tags
// around thoughts.
#pragma once

#include <string>
#include <string_view>

#include "chat/parsers/output_format.h"

namespace lar::chat {

// The first text inside {{ if .ToolCalls }}, without white space and cut at its first '{'; "{" if
// nothing is left, empty if the template prints no calls.
std::string go_tool_call_tag(std::string_view source);

// The texts around the messages' {{ .Thinking }}, without white space; empty if there are none.
ThinkingTags go_thinking_tags(std::string_view source);

}  // namespace lar::chat

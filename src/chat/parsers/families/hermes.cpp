// <tool_call>{"name": ..., "arguments": {...}}</tool_call>: Hermes, Qwen 2.5 and 3, Granite 4,
// SmolLM3, Reka, MiMo and many more.
#include "chat/parsers/families/families.h"

namespace lar::chat::families {

OutputFormat hermes() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.calls = {{"<tool_call>", tool_call_content("</tool_call>")}};
  format.syntax.known = true;
  format.syntax.before_name = "<tool_call>\n{\"name\": \"";
  format.syntax.after_name = "\", \"arguments\": ";
  format.syntax.after_arguments = "}\n</tool_call>";
  format.syntax.between_calls = "\n";
  return format;
}

}  // namespace lar::chat::families

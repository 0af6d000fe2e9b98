// Command R7B and Command A: <|START_THINKING|>, <|START_ACTION|>[{"tool_call_id", "tool_name",
// "parameters"}]<|END_ACTION|>, content between <|START_RESPONSE|> or <|START_TEXT|> and their
// ends.
#include "chat/parsers/families/families.h"
#include "chat/parsers/json_calls.h"

namespace lar::chat::families {

OutputFormat cohere() {
  OutputFormat format;
  set_thinking(format, {"<|START_THINKING|>", "<|END_THINKING|>"});
  format.silent = {"<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"};
  JsonCallSpec spec;
  spec.closers = {"<|END_ACTION|>"};
  format.calls = {{"<|START_ACTION|>", json_calls(spec)}};
  format.syntax.known = true;
  format.syntax.section_begin = "<|START_ACTION|>[\n";
  format.syntax.before_name = "    {\"tool_call_id\": \"0\", \"tool_name\": \"";
  format.syntax.after_name = "\", \"parameters\": ";
  format.syntax.after_arguments = "}";
  format.syntax.between_calls = ",\n";
  format.syntax.section_end = "\n]<|END_ACTION|>";
  return format;
}

// Action: ```json [{"tool_name", "parameters"}]```
OutputFormat command_r_plus() {
  OutputFormat format;
  JsonCallSpec spec;
  spec.before_value = {"```json", "```"};
  spec.closers = {"```"};
  spec.known_names_only = true;
  spec.opener = "Action:";
  format.silent = {"<|CHATBOT_TOKEN|>"};
  format.calls = {{"Action:", json_calls(spec)}};
  format.calls_need_tools = true;
  format.syntax.known = true;
  format.syntax.section_begin = "Action:\n```json\n[\n";
  format.syntax.before_name = "    {\n        \"tool_name\": \"";
  format.syntax.after_name = "\",\n        \"parameters\": ";
  format.syntax.after_arguments = "\n    }";
  format.syntax.between_calls = ",\n";
  format.syntax.section_end = "\n]\n```";
  return format;
}

}  // namespace lar::chat::families

// <tool_call>f<arg_key>k</arg_key><arg_value>v</arg_value></tool_call>: GLM 4.5 to 4.7, Laguna.
#include "chat/parsers/families/families.h"

namespace lar::chat::families {

OutputFormat glm() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.calls = {{"<tool_call>", tool_call_content("</tool_call>")}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.before_name = "<tool_call>";
  format.syntax.after_name = "\n";
  format.syntax.after_arguments = "</tool_call>";
  format.syntax.between_calls = "\n";
  format.syntax.parameter = {"<arg_key>", "</arg_key>\n<arg_value>", "</arg_value>\n", {}};
  return format;
}

}  // namespace lar::chat::families

// <tool_call>f<arg_key>k</arg_key><arg_value>v</arg_value></tool_call>: GLM 4.5 to 4.7, Laguna.
#include "chat/parsers/families/families.h"
#include "chat/parsers/tagged_calls.h"

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

// Hy3: the same with a suffix to each tag, in a block of calls.
OutputFormat hy3() {
  OutputFormat format;
  set_thinking(format, {"<think:opensource>", "</think:opensource>"});
  format.section = {"<tool_calls:opensource>", "</tool_calls:opensource>"};
  TaggedCallSpec spec;
  spec.name_ends = {"<tool_sep:opensource>", "\n"};
  spec.key_begin = "<arg_key:opensource>";
  spec.key_end = "</arg_key:opensource>";
  spec.value_begin = "<arg_value:opensource>";
  spec.value_end = "</arg_value:opensource>";
  spec.call_ends = {"</tool_call:opensource>"};
  format.calls = {{"<tool_call:opensource>", tagged_calls(spec)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.section_begin = "<tool_calls:opensource>\n";
  format.syntax.before_name = "<tool_call:opensource>";
  format.syntax.after_name = "<tool_sep:opensource>\n";
  format.syntax.after_arguments = "</tool_call:opensource>\n";
  format.syntax.section_end = "</tool_calls:opensource>";
  format.syntax.parameter = {"<arg_key:opensource>",
                             "</arg_key:opensource>\n<arg_value:opensource>",
                             "</arg_value:opensource>\n",
                             {}};
  return format;
}

}  // namespace lar::chat::families

// <tool_call><function=f><parameter=k>v</parameter></function></tool_call>: Qwen3-Coder, Qwen 3.5,
// Nemotron 3, Step 3.5.
#include "chat/parsers/families/families.h"

namespace lar::chat::families {

OutputFormat qwen3_coder() {
  OutputFormat format;
  set_thinking(format, think_tags());
  // Models forget <tool_call>; then only a tool of the request is believed.
  format.calls = {{"<tool_call>", tool_call_content("</tool_call>")},
                  {"<function=", coder_call(true)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.before_name = "<tool_call>\n<function=";
  format.syntax.after_name = ">\n";
  format.syntax.after_arguments = "</function>\n</tool_call>";
  format.syntax.between_calls = "\n";
  format.syntax.parameter = {"<parameter=", ">\n", "\n</parameter>\n", {}};
  return format;
}

}  // namespace lar::chat::families

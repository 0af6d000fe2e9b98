// DeepSeek's tool tokens: V3 and R1 write the kind and fenced JSON, V3.1 the name and plain JSON;
// Cogito writes as V3 does. V3.2 and V4 write DSML, an XML with marked types.
#include "chat/parsers/families/families.h"
#include "chat/parsers/named_calls.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {

OutputFormat deepseek() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.section = {"<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool_calls_begin｜>",
                    "<｜tool▁calls｜>"};
  NamedCallSpec spec;
  spec.name_ends = {"<｜tool▁sep｜>", "\n"};
  spec.kind_word = "function";
  spec.before_arguments = {"```json", "```"};
  spec.after_arguments = {"```"};
  spec.closers = {"<｜tool▁call▁end｜>"};
  format.calls = {{"<｜tool▁call▁begin｜>", named_calls(spec)}};
  format.syntax.known = true;
  format.syntax.section_begin = "<｜tool▁calls▁begin｜>";
  format.syntax.before_name = "<｜tool▁call▁begin｜>";
  format.syntax.after_name = "<｜tool▁sep｜>";
  format.syntax.after_arguments = "<｜tool▁call▁end｜>";
  format.syntax.section_end = "<｜tool▁calls▁end｜>";
  return format;
}

OutputFormat dsml() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.calls_end_thinking = true;
  format.section = {"<｜DSML｜function_calls>", "</｜DSML｜function_calls>", "<｜DSML｜tool_calls>",
                    "</｜DSML｜tool_calls>"};
  format.call_space = Space::kAround;
  format.thinking_space = Space::kAround;
  TaggedCallSpec spec;
  spec.name_ends = {"\">", ">"};
  spec.key_begin = "<｜DSML｜parameter name=\"";
  spec.key_end = ">";
  spec.value_end = "</｜DSML｜parameter>";
  spec.call_ends = {"</｜DSML｜invoke>"};
  spec.values = ValueText::kMarked;
  format.calls = {{"<｜DSML｜invoke name=\"", tagged_calls(spec)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.section_begin = "<｜DSML｜function_calls>\n";
  format.syntax.before_name = "<｜DSML｜invoke name=\"";
  format.syntax.after_name = "\">\n";
  format.syntax.after_arguments = "</｜DSML｜invoke>\n";
  format.syntax.section_end = "</｜DSML｜function_calls>";
  format.syntax.parameter = {"<｜DSML｜parameter name=\"", "\" string=\"true\">",
                             "</｜DSML｜parameter>\n", "\" string=\"false\">"};
  return format;
}

}  // namespace lar::chat::families

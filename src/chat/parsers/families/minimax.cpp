// MiniMax M2 and M3, Seed-OSS: an XML of calls; MiniCPM writes the same without the block around
// it.
#include "chat/parsers/families/families.h"
#include "chat/parsers/nested_calls.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {

OutputFormat minimax() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.section = {"<minimax:tool_call>", "</minimax:tool_call>"};
  TaggedCallSpec spec;
  spec.name_ends = {"\">"};
  spec.key_begin = "<parameter name=\"";
  spec.key_end = "\">";
  spec.value_end = "</parameter>";
  spec.call_ends = {"</invoke>"};
  format.calls = {{"<invoke name=\"", tagged_calls(spec)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.section_begin = "<minimax:tool_call>\n";
  format.syntax.before_name = "<invoke name=\"";
  format.syntax.after_name = "\">\n";
  format.syntax.after_arguments = "</invoke>\n";
  format.syntax.section_end = "</minimax:tool_call>";
  format.syntax.parameter = {"<parameter name=\"", "\">", "</parameter>\n", {}};
  return format;
}

OutputFormat minimax_m3() {
  OutputFormat format;
  set_thinking(format, {"<mm:think>", "</mm:think>"});
  const std::string mark = "]<]minimax[>[";
  format.section = {mark + "<tool_call>", mark + "</tool_call>"};
  format.marks = {mark};
  format.calls = {{mark + "<invoke name=\"", nested_calls({mark, mark + "</invoke>"})}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kElements;
  format.syntax.section_begin = mark + "<tool_call>\n";
  format.syntax.before_name = mark + "<invoke name=\"";
  format.syntax.after_name = "\">";
  format.syntax.after_arguments = mark + "</invoke>\n";
  format.syntax.section_end = mark + "</tool_call>";
  format.syntax.string_quote = mark;
  return format;
}

OutputFormat seed_oss() {
  OutputFormat format;
  set_thinking(format, {"<seed:think>", "</seed:think>"});
  TaggedCallSpec spec;
  spec.name_begins = {"<function="};
  spec.name_ends = {">"};
  spec.key_begin = "<parameter=";
  spec.key_end = ">";
  spec.value_end = "</parameter>";
  spec.call_ends = {"</function>"};
  spec.closers = {"</seed:tool_call>"};
  format.calls = {{"<seed:tool_call>", tagged_calls(spec)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.before_name = "<seed:tool_call>\n<function=";
  format.syntax.after_name = ">\n";
  format.syntax.after_arguments = "</function>\n</seed:tool_call>";
  format.syntax.between_calls = "\n";
  format.syntax.parameter = {"<parameter=", ">", "</parameter>\n", {}};
  return format;
}

OutputFormat minicpm() {
  OutputFormat format;
  set_thinking(format, think_tags());
  TaggedCallSpec spec;
  spec.name_ends = {"\">"};
  spec.key_begin = "<param name=\"";
  spec.key_end = "\">";
  spec.value_end = "</param>";
  spec.call_ends = {"</function>"};
  format.calls = {{"<function name=\"", tagged_calls(spec)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.before_name = "<function name=\"";
  format.syntax.after_name = "\">";
  format.syntax.after_arguments = "</function>";
  format.syntax.parameter = {"<param name=\"", "\">", "</param>", {}};
  return format;
}

}  // namespace lar::chat::families

// Hunyuan: <tool_calls><tool_call>f\n```json\n{...}\n```</tool_call></tool_calls>. Solar Open:
// <|tool_call:begin|>id<|tool_call:name|>f<|tool_call:args|>{...}<|tool_call:end|>.
#include "chat/parsers/families/families.h"
#include "chat/parsers/named_calls.h"

namespace lar::chat::families {

OutputFormat hunyuan() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.section = {"<tool_calls>", "</tool_calls>"};
  format.silent = {"<answer>\n", "\n</answer>", "<answer>", "</answer>"};
  NamedCallSpec spec;
  spec.name_ends = {"\n", "<tool_sep>"};
  spec.before_arguments = {"```json", "```"};
  spec.after_arguments = {"```"};
  spec.closers = {"</tool_call>"};
  format.calls = {{"<tool_call>", named_calls(spec)}};
  format.syntax.known = true;
  format.syntax.section_begin = "<tool_calls>";
  format.syntax.before_name = "<tool_call>";
  format.syntax.after_name = "\n```json\n";
  format.syntax.after_arguments = "\n```</tool_call>";
  format.syntax.section_end = "</tool_calls>";
  return format;
}

OutputFormat solar_open() {
  OutputFormat format;
  set_thinking(format, {"<|think|>", "<|end|>"});
  format.section = {"<|tool_calls|>", "<|begin|>assistant<|tool_calls|>"};
  format.silent = {"<|begin|>assistant<|content|>", "<|content|>", "<|begin|>assistant", "<|end|>",
                   "<|calls|>"};
  NamedCallSpec spec;
  // The id comes first: "name" is what ends at the tag before the name.
  spec.name_ends = {"<|tool_call:args|>"};
  spec.id_first = "<|tool_call:name|>";
  spec.closers = {"<|tool_call:end|>"};
  format.calls = {{"<|tool_call:begin|>", named_calls(spec)}};
  format.syntax.known = true;
  format.syntax.section_begin = "<|tool_calls|>";
  format.syntax.before_name = "<|tool_call:begin|>call00001<|tool_call:name|>";
  format.syntax.after_name = "<|tool_call:args|>";
  format.syntax.after_arguments = "<|tool_call:end|>";
  format.syntax.section_end = "<|calls|>";
  return format;
}

}  // namespace lar::chat::families

// Kimi K2: <|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{...}<|tool_call_end|>.
// Kimi K3: <|open|>call tool="f" index="1"<|sep|>... with channels for thinking and content.
#include "chat/parsers/families/families.h"
#include "chat/parsers/named_calls.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {

OutputFormat kimi_k2() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.calls_end_thinking = true;
  format.section = {"<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"};
  NamedCallSpec spec;
  spec.name_ends = {"<|tool_call_argument_begin|>"};
  spec.name_prefixes = {"functions."};
  spec.name_is_id = true;
  spec.closers = {"<|tool_call_end|>"};
  format.calls = {{"<|tool_call_begin|>", named_calls(spec)}};
  format.syntax.known = true;
  format.syntax.section_begin = "<|tool_calls_section_begin|>";
  format.syntax.before_name = "<|tool_call_begin|>functions.";
  format.syntax.after_name = ":0<|tool_call_argument_begin|>";
  format.syntax.after_arguments = "<|tool_call_end|>";
  format.syntax.section_end = "<|tool_calls_section_end|>";
  return format;
}

OutputFormat kimi_k3() {
  OutputFormat format;
  set_thinking(format, {"<|open|>think<|sep|>", "<|close|>think<|sep|>"});
  format.calls_end_thinking = true;
  format.section = {"<|open|>response<|sep|>", "<|open|>tools<|sep|>", "<|close|>tools<|sep|>"};
  format.silent = {"<|close|>response<|sep|>", "<|close|>message<|sep|>"};
  TaggedCallSpec spec;
  spec.name_ends = {"<|sep|>"};
  spec.key_begin = "<|open|>argument key=\"";
  spec.key_end = "<|sep|>";
  spec.value_end = "<|close|>argument<|sep|>";
  spec.call_ends = {"<|close|>call<|sep|>"};
  spec.values = ValueText::kMarked;
  format.calls = {{"<|open|>call tool=\"", tagged_calls(spec)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.section_begin = "<|open|>tools<|sep|>";
  format.syntax.before_name = "<|open|>call tool=\"";
  format.syntax.after_name = "\" index=\"1\"<|sep|>";
  format.syntax.after_arguments = "<|close|>call<|sep|>";
  format.syntax.section_end = "<|close|>tools<|sep|>";
  format.syntax.parameter = {"<|open|>argument key=\"", "\" type=\"string\"<|sep|>",
                             "<|close|>argument<|sep|>", "\" type=\"object\"<|sep|>"};
  return format;
}

}  // namespace lar::chat::families

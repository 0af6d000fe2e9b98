// Formats of messages with headers (channel_machine.cpp).
#include "chat/parsers/families/families.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {

OutputFormat harmony() {
  OutputFormat format;
  format.machine = Machine::kHarmony;
  format.thinking = {{"<|channel|>analysis<|message|>", "<|end|>"}};
  format.thinking_start = ThinkingStart::kTag;
  format.syntax.known = true;
  format.syntax.before_name = "<|channel|>commentary to=functions.";
  format.syntax.after_name = " <|constrain|>json<|message|>";
  format.syntax.after_arguments = "<|call|>";
  format.syntax.parallel = false;
  return format;
}

OutputFormat glimmer() {
  OutputFormat format;
  format.machine = Machine::kGlimmer;
  format.thinking = {{" to=self<|message|>", "<|eom|>"}};
  format.thinking_start = ThinkingStart::kTag;
  format.syntax = atem_block().syntax;
  format.syntax.section_begin = " to=user<|message|>" + format.syntax.section_begin;
  format.syntax.section_end += "<|eot|>";
  return format;
}

OutputFormat atem_block() {
  OutputFormat format;
  format.section = {"<atem:function_calls>", "</atem:function_calls>"};
  TaggedCallSpec spec;
  spec.name_ends = {"\">"};
  spec.key_begin = "<atem:parameter name=\"";
  spec.key_end = "\">";
  spec.value_end = "</atem:parameter>";
  spec.call_ends = {"</atem:invoke>"};
  spec.values = ValueText::kGuess;
  format.calls = {{"<atem:invoke name=\"", tagged_calls(spec)}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kTagged;
  format.syntax.section_begin = "<atem:function_calls>\n";
  format.syntax.before_name = "<atem:invoke name=\"";
  format.syntax.after_name = "\">\n";
  format.syntax.after_arguments = "</atem:invoke>\n";
  format.syntax.section_end = "</atem:function_calls>";
  format.syntax.parameter = {"<atem:parameter name=\"", "\">", "</atem:parameter>\n", {}};
  return format;
}

OutputFormat plain() {
  OutputFormat format;
  format.machine = Machine::kPlain;
  return format;
}

}  // namespace lar::chat::families

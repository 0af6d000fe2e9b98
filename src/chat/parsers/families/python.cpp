// Calls as Python writes them: LFM2 in tags, OLMo 3 one a line, Llama 4 bare.
#include "chat/parsers/families/families.h"
#include "chat/parsers/json_calls.h"
#include "chat/parsers/python_calls.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {
namespace {

void set_python_syntax(OutputFormat& format, std::string begin, std::string end) {
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kPython;
  format.syntax.section_begin = std::move(begin);
  format.syntax.after_name = "(";
  format.syntax.after_arguments = ")";
  format.syntax.between_calls = ", ";
  format.syntax.section_end = std::move(end);
}

}  // namespace

OutputFormat lfm2() {
  OutputFormat format;
  set_thinking(format, think_tags());
  const std::string close = "<|tool_call_end|>";
  JsonCallSpec json;
  json.closers = {close};
  const auto form = choice_of_calls({{"{", json_calls(json)},
                                     {"[{", json_calls(json)},
                                     {"", python_calls({{close}, false, {}})}});
  format.calls = {{"<|tool_call_start|>", form}};
  set_python_syntax(format, "<|tool_call_start|>[", "]<|tool_call_end|>");
  return format;
}

OutputFormat olmo3() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.calls = {{"<function_calls>", python_calls({{"</function_calls>"}, false, {}})}};
  set_python_syntax(format, "<function_calls>", "</function_calls>");
  format.syntax.between_calls = "\n";
  return format;
}

OutputFormat llama4() {
  OutputFormat format;
  PythonCallSpec spec;
  spec.known_names_only = true;
  format.bare = choice_of_calls(
      {{"[", python_calls(spec)}, {"{", json_calls({{}, {}, {}, false, true, {}})}});
  PythonCallSpec tagged;
  tagged.closers = {"<|python_end|>"};
  format.calls = {{"<|python_start|>", python_calls(tagged)},
                  {"<|python_tag|>", python_calls({{}, false, {}})}};
  format.marks = {"<|python_end|>"};
  set_python_syntax(format, "[", "]");
  return format;
}

}  // namespace lar::chat::families

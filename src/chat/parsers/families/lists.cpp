// A list of JSON calls behind a word or between tags, as many makers write it.
#include "chat/parsers/families/families.h"
#include "chat/parsers/json_calls.h"

namespace lar::chat::families {
namespace {

void set_list_syntax(OutputFormat& format, std::string begin, std::string end) {
  format.syntax.known = true;
  format.syntax.section_begin = std::move(begin) + "[";
  format.syntax.before_name = "{\"name\": \"";
  format.syntax.after_name = "\", \"arguments\": ";
  format.syntax.after_arguments = "}";
  format.syntax.between_calls = ", ";
  format.syntax.section_end = "]" + std::move(end);
}

}  // namespace

// functools[...]
OutputFormat firefunction() {
  OutputFormat format;
  format.call_space = Space::kAround;
  JsonCallSpec spec;
  spec.known_names_only = true;
  spec.opener = "functools";
  format.calls = {{"functools", json_calls(spec)}};
  set_list_syntax(format, " functools", "");
  return format;
}

// <TOOLCALL>[...]</TOOLCALL> (Nemotron Nano 2), <tool_calls>[...]</tool_calls> (Apriel, MiniMax
// M1).
OutputFormat tool_calls_list() {
  OutputFormat format;
  set_thinking(format, think_tags());
  JsonCallSpec nemotron;
  nemotron.closers = {"</TOOLCALL>"};
  JsonCallSpec apriel;
  apriel.closers = {"</tool_calls>"};
  format.calls = {{"<TOOLCALL>", json_calls(nemotron)}, {"<tool_calls>", json_calls(apriel)}};
  set_list_syntax(format, "<TOOLCALL>", "</TOOLCALL>");
  return format;
}

// Granite 3: <|tool_call|>[...] or <tool_call>[...]; content may stand between <response> tags.
OutputFormat granite() {
  OutputFormat format;
  set_thinking(format, think_tags());
  format.silent = {"<response>", "</response>"};
  format.calls = {{"<|tool_call|>", json_calls({})},
                  {"<tool_call>", tool_call_content("</tool_call>")}};
  set_list_syntax(format, "<|tool_call|>", "");
  return format;
}

// <|message_sep|>\n\nfunction call<|role_sep|>\n{"name": ..., "arguments": {...}}
OutputFormat gigachat() {
  OutputFormat format;
  format.calls = {{"<|message_sep|>\n\nfunction call<|role_sep|>", json_calls({})},
                  {"<|function_call|>", json_calls({})}};
  format.syntax.known = true;
  format.syntax.before_name = "<|message_sep|>\n\nfunction call<|role_sep|>\n{\"name\": \"";
  format.syntax.after_name = "\", \"arguments\": ";
  format.syntax.after_arguments = "}";
  format.syntax.parallel = false;
  return format;
}

}  // namespace lar::chat::families

// The literal text with which a family of models writes a tool call, for those who force one: a
// grammar is `before` + arguments + `after`, and the parser of the same family reads it back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/value.h"

namespace lar::chat {

// How the arguments of a call are written.
enum class ArgumentsForm : uint8_t {
  kJson,      // one JSON object that follows the tool's schema
  kTagged,    // each argument between tags (ParameterSyntax): strings as they are, the rest as JSON
  kPython,    // key=value, ...: JSON values, with True, False and None for true, false and null
  kGemma,     // {key:value,...}: keys without quotes, strings between `string_quote`
  kElements,  // <key>value</key>...: `string_quote` before every '<', lists of <item>, text as it
              // is
};

// One argument of a kTagged call: before_name NAME after_name VALUE after_value.
struct ParameterSyntax {
  std::string before_name;
  std::string after_name;
  std::string after_value;
  // What stands for after_name if the value is not a string, where the family tells them apart.
  std::string after_name_not_string;
};

// A call of one tool: before_arguments ARGUMENTS after_arguments. The name is inside
// before_arguments.
struct ForcedCall {
  std::string name;
  std::string before_arguments;
  std::string after_arguments;
  Value parameters;  // the tool's JSON schema; a dictionary, empty if it has none
};

// An answer of calls: section_begin CALL (between_calls CALL)* section_end.
struct ToolCallSyntax {
  ArgumentsForm form = ArgumentsForm::kJson;
  std::string section_begin;
  std::string section_end;
  std::string between_calls;
  bool parallel = true;             // whether more than one call may follow
  ParameterSyntax parameter;        // of kTagged
  std::string string_quote = "\"";  // of kGemma and kElements
  std::vector<ForcedCall> calls;    // what may be called: all tools, or the one that is named
};

// Which calls are allowed. `function` is empty for tool_choice "required": any of the tools.
struct ToolChoice {
  std::string function;
};

struct OutputFormat;

// `tools`: the list of the request, each {"type": "function", "function": {"name", "parameters"}}
// or that inner object alone. Errors: invalid_argument for a function that is not among the tools,
// unsupported for a format that has no tool calls.
Result<ToolCallSyntax> tool_call_syntax(const OutputFormat& format,
                                        const Value& tools,
                                        const ToolChoice& choice);

}  // namespace lar::chat

// The literal text around a tool call, as tool_call_syntax() prints it and as the parsers expect
// it.
#pragma once

#include <string>

#include "chat/parsers/tool_call_syntax.h"

namespace lar::chat {

struct CallSyntax {
  bool known = false;  // false: the family writes no calls
  ArgumentsForm form = ArgumentsForm::kJson;
  std::string section_begin;
  std::string before_name;
  std::string after_name;
  std::string after_arguments;
  std::string between_calls;
  std::string section_end;
  ParameterSyntax parameter;
  std::string string_quote = "\"";
  bool parallel = true;
};

}  // namespace lar::chat

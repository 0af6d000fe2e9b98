// lar template parse: what the output of a model means, by its template.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/environment.h"

namespace lar::cli {

struct ParseArguments {
  std::string model_path;
  std::string jinja_path;
  std::string go_path;
  std::string tools_path;
  std::string think;
};

void add_parse_options(Arguments& command, ParseArguments& arguments);

// One line of JSON with content, thinking and tool_calls of the text on stdin. Errors:
// invalid_argument for arguments that do not fit, a template that cannot be compiled or an output
// that breaks the form of its tool calls.
Result<std::string> parse_stdin(const ParseArguments& arguments, const Environment& environment);

}  // namespace lar::cli

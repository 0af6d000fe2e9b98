#include "chat/parsers/tool_call_syntax.h"

#include "chat/parsers/function_names.h"
#include "chat/parsers/output_format.h"
#include "chat/parsers/tool_set.h"

namespace lar::chat {

Result<ToolCallSyntax> tool_call_syntax(const OutputFormat& format,
                                        const Value& tools,
                                        const ToolChoice& choice) {
  const CallSyntax& syntax = format.syntax;
  if (!syntax.known) {
    return fail(Code::kUnsupported,
                "how this model writes tool calls is not known, so none can be forced");
  }
  ToolCallSyntax forced;
  forced.form = syntax.form;
  forced.section_begin = syntax.section_begin;
  forced.section_end = syntax.section_end;
  forced.between_calls = syntax.between_calls;
  forced.parallel = syntax.parallel;
  forced.parameter = syntax.parameter;
  forced.string_quote = syntax.string_quote;
  const ToolSet set(tools);
  const std::vector<std::string> names = set.names();
  // Some models see the names as identifiers.
  const std::vector<std::string> written =
      format.machine == Machine::kHarmony ? FunctionNames(names).mapped() : names;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!choice.function.empty() && names[i] != choice.function) continue;
    forced.calls.push_back({names[i], syntax.before_name + written[i] + syntax.after_name,
                            syntax.after_arguments, *set.schema(names[i])});
  }
  if (!forced.calls.empty()) return forced;
  if (choice.function.empty()) {
    return fail(Code::kInvalidArgument, "a tool call is required, but there are no tools");
  }
  return fail(Code::kInvalidArgument,
              "the function '" + choice.function + "' is none of the tools");
}

}  // namespace lar::chat

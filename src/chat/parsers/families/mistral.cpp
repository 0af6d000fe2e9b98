// [TOOL_CALLS][{"name", "arguments", "id"}] until 2024, [TOOL_CALLS]f[CALL_ID]id[ARGS]{...} since;
// thoughts between [THINK] and [/THINK].
#include "chat/parsers/families/families.h"
#include "chat/parsers/json_calls.h"
#include "chat/parsers/named_calls.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {

OutputFormat mistral() {
  OutputFormat format;
  set_thinking(format, {"[THINK]", "[/THINK]"});
  NamedCallSpec named;
  named.name_ends = {"[ARGS]"};
  named.id_begin = "[CALL_ID]";
  named.id_end = "[ARGS]";
  JsonCallSpec list;
  list.closers = {"[/TOOL_CALLS]"};
  format.calls = {{"[TOOL_CALLS]", choice_of_calls({{"[", json_calls(list)},
                                                    {"{", json_calls(list)},
                                                    {"", named_calls(named)}})}};
  format.silent = {"[/TOOL_CALLS]"};
  format.marks = {"[CALL_ID]"};
  format.syntax.known = true;
  format.syntax.before_name = "[TOOL_CALLS]";
  format.syntax.after_name = "[ARGS]";
  return format;
}

}  // namespace lar::chat::families

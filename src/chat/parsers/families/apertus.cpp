// <|tools_prefix|>[{"f": {...}}]<|tools_suffix|>, thoughts between <|inner_prefix|> and
// <|inner_suffix|>.
#include "chat/parsers/families/families.h"
#include "chat/parsers/json_calls.h"

namespace lar::chat::families {

OutputFormat apertus() {
  OutputFormat format;
  set_thinking(format, {"<|inner_prefix|>", "<|inner_suffix|>"});
  JsonCallSpec spec;
  spec.closers = {"<|tools_suffix|>"};
  spec.name_is_key = true;
  format.calls = {{"<|tools_prefix|>", json_calls(spec)}};
  format.syntax.known = true;
  format.syntax.section_begin = "<|tools_prefix|>[";
  format.syntax.before_name = "{\"";
  format.syntax.after_name = "\": ";
  format.syntax.after_arguments = "}";
  format.syntax.between_calls = ", ";
  format.syntax.section_end = "]<|tools_suffix|>";
  return format;
}

}  // namespace lar::chat::families

// Functionary 2: <|recipient|>f\n<|content|>{...}, with "all" for content. Functionary 3.1:
// <function=f>{...}</function>, Python behind <|python_tag|>. Functionary 3.2:
// >>>f\n{...}, with ">>>all\n" before content.
#include "chat/parsers/code_calls.h"
#include "chat/parsers/families/families.h"
#include "chat/parsers/named_calls.h"

namespace lar::chat::families {

OutputFormat functionary_v2() {
  OutputFormat format;
  format.call_space = Space::kAround;
  NamedCallSpec spec;
  spec.name_ends = {"\n<|content|>"};
  spec.known_names_only = true;
  spec.opener = "<|recipient|>";
  format.silent = {"<|from|>assistant", "<|stop|>"};
  format.section = {"<|recipient|>all\n<|content|>", "<|recipient|> all\n<|content|>"};
  format.calls = {{"<|recipient|>", named_calls(spec)}};
  format.syntax.known = true;
  format.syntax.after_name = "\n<|content|>";
  format.syntax.between_calls = "\n<|from|>assistant\n<|recipient|>";
  return format;
}

OutputFormat functionary_v31() {
  OutputFormat format;
  NamedCallSpec spec;
  spec.name_ends = {">"};
  spec.closers = {"</function>"};
  spec.known_names_only = true;
  spec.opener = "<function=";
  format.calls = {{"<function=", named_calls(spec)}, {"<|python_tag|>", code_calls()}};
  format.syntax.known = true;
  format.syntax.before_name = "<function=";
  format.syntax.after_name = ">";
  format.syntax.after_arguments = "</function>";
  return format;
}

OutputFormat functionary_v32() {
  OutputFormat format;
  NamedCallSpec spec;
  spec.name_ends = {"\n"};
  spec.known_names_only = true;
  spec.opener = ">>>";
  format.silent = {">>>all\n"};  // the prompt ends with ">>>"
  format.calls = {{">>>", named_calls(spec)}};
  format.calls_need_tools = true;
  format.syntax.known = true;
  format.syntax.before_name = "";
  format.syntax.after_name = "\n";
  format.syntax.between_calls = ">>>";
  return format;
}

}  // namespace lar::chat::families

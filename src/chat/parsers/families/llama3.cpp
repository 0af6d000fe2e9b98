// Llama 3.1 to 3.3: {"name": ..., "parameters": {...}} as the whole answer, also behind
// <|python_tag|>; its built-in tools are written as Python.
#include "chat/parsers/code_calls.h"
#include "chat/parsers/families/families.h"
#include "chat/parsers/json_calls.h"
#include "chat/parsers/named_calls.h"
#include "chat/parsers/tagged_calls.h"

namespace lar::chat::families {

OutputFormat llama3() {
  OutputFormat format;
  JsonCallSpec bare;
  bare.known_names_only = true;
  format.bare = json_calls(bare);
  NamedCallSpec function;
  function.name_ends = {">"};
  function.closers = {"</function>"};
  function.known_names_only = true;
  function.opener = "<function=";
  format.calls = {{"<|python_tag|>", choice_of_calls({{"{", json_calls({})}, {"", code_calls()}})},
                  {"<function=", named_calls(function)}};
  format.syntax.known = true;
  format.syntax.before_name = "{\"name\": \"";
  format.syntax.after_name = "\", \"parameters\": ";
  format.syntax.after_arguments = "}";
  format.syntax.parallel = false;
  return format;
}

}  // namespace lar::chat::families

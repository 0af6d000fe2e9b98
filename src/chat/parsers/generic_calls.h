// Calls of a model of which only the text before a call is known (Ollama's rule for Go templates):
// the name of a tool of the request, and the first whole JSON object with its arguments.
#pragma once

#include <memory>

#include "base/result.h"
#include "chat/parsers/output_format.h"

namespace lar::chat {

// With a `bare` form ("{" or "[" is what calls begin with) the text is a call or content; without
// it all that follows the tag belongs to calls.
std::shared_ptr<const CallForm> generic_calls(bool bare);

// The arguments of a call of `tool` in the first whole object of `text`: the object under
// "arguments" or "parameters" at any depth (or a string with one), the object under the tool's
// name, or the object itself. Errors: not_found.
Result<std::string> find_arguments(std::string_view tool, std::string_view text);

}  // namespace lar::chat

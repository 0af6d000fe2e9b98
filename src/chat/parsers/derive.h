// The format of a template that writes calls as none of the known families does: what it prints
// around a call's name and arguments.
#pragma once

#include <string_view>

#include "chat/parsers/output_format.h"

namespace lar::chat {

// `call` is what is printed for a turn that calls the tool `name` with one argument, `prompt` what
// is printed where an answer begins; both from the user's text on. Content only where there is no
// JSON.
OutputFormat derived_format(std::string_view call, std::string_view prompt, std::string_view name);

}  // namespace lar::chat

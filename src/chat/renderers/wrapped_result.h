// Results of tools that callers put into messages of the user.
#pragma once

#include <string_view>

namespace lar::chat {

// Whether a user's message is the result of a tool in disguise.
inline bool is_wrapped_result(std::string_view text) {
  return text.starts_with("<tool_response>") && text.ends_with("</tool_response>");
}

}  // namespace lar::chat

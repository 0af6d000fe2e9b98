// What follows Llama's <|python_tag|>: a call of a built-in tool (brave_search.call(query="...")),
// or a program, which is the argument "code" of the request's Python tool.
#pragma once

#include <memory>

#include "chat/parsers/output_format.h"

namespace lar::chat {

std::shared_ptr<const CallForm> code_calls();

}  // namespace lar::chat

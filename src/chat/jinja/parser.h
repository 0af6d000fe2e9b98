// Source to tree: Jinja's grammar with the tags of transformers (loop controls, generation).
#pragma once

#include <string_view>

#include "base/result.h"
#include "chat/jinja/lexer.h"
#include "chat/jinja/limits.h"
#include "chat/jinja/tree.h"

namespace lar::chat::jinja {

// Errors: invalid_argument with line and column; resource_exhausted for a limit.
Result<Tree> parse(std::string_view source, LexerOptions options, const CompileLimits& limits);

}  // namespace lar::chat::jinja

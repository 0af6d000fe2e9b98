// The escapes of a Python string literal.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lar::chat::jinja {

// The value of the text between the quotes. Two \u escapes that form a surrogate pair become one
// character; a lone surrogate becomes U+FFFD. Errors: invalid_argument for a broken escape.
Result<std::string> unescape_literal(std::string_view text);

}  // namespace lar::chat::jinja

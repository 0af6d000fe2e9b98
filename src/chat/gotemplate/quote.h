// Go's string literals: what they stand for, and text as %q writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lar::chat::gotemplate {

// The text of "..." or `...` with its quotes; nothing where an escape is wrong.
std::optional<std::string> unquote(std::string_view literal);

// The one character of '...'.
std::optional<char32_t> unquote_character(std::string_view literal);

// "..." with escapes for what cannot be printed.
std::string quote(std::string_view text);

}  // namespace lar::chat::gotemplate

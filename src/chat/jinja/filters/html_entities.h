// Character references of HTML.
#pragma once

#include <string>
#include <string_view>

namespace lar::chat::jinja {

// Numeric references and the names of HTML 4's Latin-1 and common symbols as characters; other
// names stay as they are.
std::string unescape_html(std::string_view text);

}  // namespace lar::chat::jinja

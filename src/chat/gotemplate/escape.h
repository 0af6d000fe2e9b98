// Escapes of text/template's html, js and urlquery.
#pragma once

#include <string>
#include <string_view>

namespace lar::chat::gotemplate {

std::string escape_html(std::string_view text);
std::string escape_javascript(std::string_view text);
std::string escape_query(std::string_view text);

}  // namespace lar::chat::gotemplate

// The steps of a JSON pointer (RFC 6901, section 3).
#pragma once

#include <string>
#include <string_view>

namespace lar::constrain {

// "~" and "/" are written ~0 and ~1.
std::string escape_pointer(std::string_view step);
std::string unescape_pointer(std::string_view step);

}  // namespace lar::constrain

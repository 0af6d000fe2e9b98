// The characters of a Modelfile: decoding, and which are spaces.
#pragma once

#include <string>
#include <string_view>

namespace lar::modelfile {

// As valid UTF-8 without a byte order mark. UTF-16 is known by its mark; what is not valid becomes
// U+FFFD.
std::string decode(std::string_view bytes);

// Unicode's White_Space.
bool is_space(char32_t c);

std::string_view trim(std::string_view text);

}  // namespace lar::modelfile

// Names from a file as an error message may show them.
#pragma once

#include <string>
#include <string_view>

namespace lar::gguf {

// 'name' with control characters and bytes that are not UTF-8 escaped, cut after 100 bytes: one
// line whatever the file says.
std::string quote(std::string_view name);

}  // namespace lar::gguf

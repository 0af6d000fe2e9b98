// Base64 with padding, as keys and signatures are written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lar::registry {

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);  // no white space

}  // namespace lar::registry

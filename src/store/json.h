// JSON at the store's edge: parsed within limits, and written exactly as Go's encoder writes it, so
// that a blob or manifest made here has the digest it would have had from Ollama.
// Includes nlohmann's header: only for .cpp files.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "base/result.h"

namespace lar::store {

inline constexpr size_t kJsonDepthMax = 32;  // documents of the store nest less than ten deep

// Objects keep the order of their fields. Errors: data_corrupt.
Result<nlohmann::ordered_json> parse_json(std::string_view text, size_t depth_max = kJsonDepthMax);

// Compact, <, > and & escaped, numbers as encoding/json prints them; no newline at the end.
// Invalid UTF-8 becomes U+FFFD. Values nest at most 1024 deep.
std::string go_json(const nlohmann::ordered_json& value);

// One string of such a document, with its quotes, at the end of `out`.
void append_go_string(std::string& out, std::string_view text);

}  // namespace lar::store

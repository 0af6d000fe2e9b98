// The string formats of JSON Schema (and the few of OpenAPI that name a syntax) as automata.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "constrain/dfa.h"

namespace lar::constrain {

// The regular expression (whole string) of a format; nullopt for a name that is not enforced.
std::optional<std::string> format_pattern(std::string_view name);

// The strings of the format. Error: unsupported for a name that is not enforced.
Result<Dfa> compile_format(std::string_view name);

// The characters that a string of the format may have, where its syntax does not say.
std::optional<uint32_t> format_max_length(std::string_view name);

}  // namespace lar::constrain

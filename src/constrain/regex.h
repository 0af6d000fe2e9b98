// Regular expressions of JSON Schema (the ECMA-262 syntax with the `u` flag, without what is not
// regular) as automata over whole strings.
#pragma once

#include <string_view>

#include "base/result.h"
#include "constrain/dfa.h"

namespace lar::constrain {

constexpr size_t kMaxRegexBytes = size_t{64} << 10;
constexpr size_t kMaxRegexDepth = 200;
constexpr size_t kMaxNfaStates = 50'000;
constexpr size_t kMaxRegexWork = size_t{30} << 20;  // steps of the subset construction

enum class RegexMatch {
  kSearch,  // the strings that contain a match, as `pattern` means it
  kWhole,   // the strings that are a match
};

// Errors: invalid_argument for what is no expression, unsupported for what is not regular
// (lookaround, back references, word boundaries) or needs Unicode tables (\p), each with its
// position; resource_exhausted over the limits above.
Result<Dfa> compile_regex(std::string_view pattern, RegexMatch match);

}  // namespace lar::constrain

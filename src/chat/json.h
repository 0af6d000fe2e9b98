// JSON text to Value and back.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "chat/value.h"

namespace lar::chat {

// Levels of arrays and objects in one document.
inline constexpr uint32_t kJsonDepthMax = 512;

// Strings are of `origin`. Integers beyond 64 bits become floats. Errors: invalid_argument.
Result<Value> parse_json(std::string_view text, Origin origin = Origin::kContent);

// As parse_json; what JSON cannot say (binary) becomes null. Deeper levels than kJsonDepthMax are
// an error.
Result<Value> from_json(const nlohmann::ordered_json& json, Origin origin = Origin::kContent);

// Null, bool, numbers, strings, lists and dictionaries with string keys; anything else is null.
nlohmann::ordered_json to_json(const Value& value);

}  // namespace lar::chat

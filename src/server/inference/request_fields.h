// Fields that several endpoints of Ollama's API share, from their JSON.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "base/result.h"
#include "runtime/inference.h"
#include "server/errors.h"

namespace lar::server {

// Each takes what Fields::find gives: nullptr where the field is absent or null.

// Seconds, or a Go duration; negative: for ever. Errors: invalid_argument in Go's words.
Result<std::optional<std::chrono::nanoseconds>> parse_keep_alive(
    const nlohmann::ordered_json* value);

// true, false or a level. Errors: invalid_argument in Ollama's words.
Result<runtime::Think> parse_think(const nlohmann::ordered_json* value);

// "json", a schema, or nothing ("" and null). Errors: 500 `invalid format: ...`, as Ollama answers.
std::expected<runtime::Constraint, HttpError> parse_format(const nlohmann::ordered_json* value);

}  // namespace lar::server

// Messages and tools as Ollama's API writes them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/inference.h"

namespace lar::server {

struct ParsedMessages {
  std::vector<runtime::ChatMessage> messages;  // roles in lower case
  bool images = false;                         // any has pictures or sound
};

// Errors: invalid_argument that names the place ("messages[2].content must be a string").
Result<ParsedMessages> parse_messages(const nlohmann::ordered_json& list);

// The tools as JSON text for the model's template, empty where there are none: keys in the order in
// which Ollama gives them to a model, without empty ones; keywords that Ollama drops are kept.
// Errors: invalid_argument that names the place.
Result<std::string> parse_tools(const nlohmann::ordered_json* list);

}  // namespace lar::server

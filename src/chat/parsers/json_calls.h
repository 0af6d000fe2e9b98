// Calls as JSON: {"name": ..., "arguments": {...}}, alone, in a list, or several in a row, with the
// key names that models use, and OpenAI's {"type": "function", "function": {...}}.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chat/parsers/output_format.h"

namespace lar::chat {

struct JsonCallSpec {
  // Literals that may follow the value; one of `closers` ends the calls.
  std::vector<std::string> after_value;
  std::vector<std::string> closers;
  // Literals that may come before the value ("```json").
  std::vector<std::string> before_value;
  // {"get_weather": {...}}: a key that is no usual one and has an object is the name.
  bool name_is_key = false;
  // Nothing but a call of a known tool is a call; other text is content again, behind `opener`.
  bool known_names_only = false;
  std::string opener;
};

std::shared_ptr<const CallForm> json_calls(JsonCallSpec spec);

}  // namespace lar::chat

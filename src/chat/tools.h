// Tool definitions with the keys that Ollama knows; others of a JSON schema do not reach a prompt
// that is made from these.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "chat/value.h"

namespace lar::chat {

struct NamedProperty;

struct ToolProperty {
  std::vector<ToolProperty> any_of;
  std::vector<std::string> type;
  Value items;  // undefined where it is not given
  std::string description;
  std::vector<Value> enum_values;
  bool has_properties = false;
  std::vector<NamedProperty> properties;  // in their order
  std::vector<std::string> required;
};

struct NamedProperty {
  std::string name;
  ToolProperty property;
};

struct ToolParameters {
  std::string type;
  Value defs;
  Value items;
  std::vector<std::string> required;
  bool has_properties = false;
  std::vector<NamedProperty> properties;  // in their order
};

struct Tool {
  std::string type;
  Value items;
  std::string name;
  std::string description;
  ToolParameters parameters;
};

// Levels of properties within properties.
inline constexpr uint32_t kToolDepthMax = 64;

// The value with the keys of all its dictionaries sorted: what Go's maps make of JSON.
Value sorted_keys(const Value& value);

// A list of tool definitions; null or undefined is none. Errors: invalid_argument with the place.
Result<std::vector<Tool>> parse_tools(const Value& list);

// The definition as JSON again, keys in Ollama's order, empty ones left out as Ollama does.
Value tool_value(const Tool& tool);
Value parameters_value(const ToolParameters& parameters);
Value property_value(const ToolProperty& property);

}  // namespace lar::chat

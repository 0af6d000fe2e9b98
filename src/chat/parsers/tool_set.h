// The tools of a request: their names, and what their schemas say about arguments that a model
// writes without quotes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/value.h"

namespace lar::chat {

class ToolSet {
 public:
  ToolSet() = default;
  explicit ToolSet(const Value& tools);

  bool empty() const { return tools_.empty(); }
  bool has(std::string_view name) const { return parameters(name) != nullptr; }
  std::vector<std::string> names() const;
  // The schema of the tool's arguments, with what its references name in their place; null for an
  // unknown tool.
  const Value* parameters(std::string_view name) const;
  // The same as the request has it.
  const Value* schema(std::string_view name) const;
  // The schema of one argument; null if nothing is known of it.
  const Value* parameter(std::string_view tool, std::string_view name) const;

 private:
  struct Tool {
    std::string name;
    Value schema;
    Value parameters;
  };
  const Tool* find(std::string_view name) const;
  std::vector<Tool> tools_;
};

// The types that a schema allows ("string", "integer", ...), from type, enum, const, anyOf, oneOf
// and allOf; empty if it does not say.
std::vector<std::string> schema_types(const Value* schema);

// An argument that the model wrote as plain text, as JSON of the type that the schema asks for:
// of several types the most special one that fits. Without a schema it is a string.
std::string typed_argument(std::string_view text, const Value* schema);

// The same without a schema: JSON if it is any, else a string.
std::string guessed_argument(std::string_view text);

// `text` as a JSON string, quotes included; what is no UTF-8 becomes U+FFFD.
std::string json_string(std::string_view text);

// Whether `text` is one JSON value, white space around it allowed.
bool is_json(std::string_view text);

}  // namespace lar::chat

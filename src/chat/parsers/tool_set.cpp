#include "chat/parsers/tool_set.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "chat/json.h"
#include "chat/parsers/json_scanner.h"
#include "chat/parsers/python_value.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

constexpr int kSchemaDepthMax = 16;
constexpr size_t kResolvedValuesMax = 20'000;  // of one tool's schema

void add_type(std::vector<std::string>& types, std::string_view type) {
  if (std::ranges::find(types, type) == types.end()) types.emplace_back(type);
}

std::string_view type_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull: return "null";
    case Kind::kBool: return "boolean";
    case Kind::kInt: return "integer";
    case Kind::kDouble: return "number";
    case Kind::kString: return "string";
    case Kind::kList: return "array";
    default: return "object";
  }
}

void collect_types(const Value& schema, int depth, std::vector<std::string>& types) {
  if (!schema.is_dict() || depth > kSchemaDepthMax) return;
  if (const Value* type = schema.find("type")) {
    if (type->is_string()) add_type(types, type->text());
    if (type->is_sequence()) {
      for (const Value& one : type->items()) {
        if (one.is_string()) add_type(types, one.text());
      }
    }
  }
  if (!types.empty()) return;
  if (const Value* constant = schema.find("const")) add_type(types, type_of(*constant));
  if (const Value* values = schema.find("enum"); values != nullptr && values->is_sequence()) {
    for (const Value& one : values->items()) add_type(types, type_of(one));
  }
  for (const std::string_view key : {"anyOf", "oneOf", "allOf"}) {
    const Value* schemas = schema.find(key);
    if (schemas == nullptr || !schemas->is_sequence()) continue;
    for (const Value& one : schemas->items()) {
      std::vector<std::string> inner;
      collect_types(one, depth + 1, inner);
      for (const std::string& type : inner) add_type(types, type);
    }
  }
  if (types.empty() && schema.find("properties") != nullptr) add_type(types, "object");
}

bool equals_folded(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::ranges::equal(text, lower, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

// A whole number, also with leading zeros ("007"), as JSON; empty if it is none.
std::string integer_text(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return std::to_string(value);
}

// A Python literal as JSON; not JSON if it is none.
std::string python_text(std::string_view text) {
  PythonValue value;
  std::string json;
  for (const char c : text) {
    if (value.push(c, json) != PythonValue::Step::kMore) return {};
  }
  return json;
}

bool is_number(std::string_view text) {
  return !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')) &&
         is_json(text);
}

// The value that a JSON pointer of `root` names ("#/$defs/place"); null if there is none.
const Value* pointed_at(const Value& root, std::string_view reference) {
  if (reference == "#") return &root;
  if (!reference.starts_with("#/")) return nullptr;
  const Value* at = &root;
  for (std::string_view rest = reference.substr(1); at != nullptr && !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view raw = rest.substr(0, rest.find('/'));
    rest.remove_prefix(raw.size());
    std::string step;
    for (size_t i = 0; i < raw.size(); ++i) {
      const bool escape = raw[i] == '~' && i + 1 < raw.size();
      step += escape ? (raw[++i] == '1' ? '/' : '~') : raw[i];
    }
    if (!at->is_sequence()) {
      at = at->find(step);
      continue;
    }
    size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool good = error == std::errc() && end == step.data() + step.size();
    at = good && index < at->items().size() ? &at->items()[index] : nullptr;
  }
  return at;
}

// A schema with what its references name in their place, as deep as the limits allow: schemas may
// recur.
Value resolved(const Value& schema, const Value& root, int depth, size_t& left) {
  if (left == 0 || depth > kSchemaDepthMax) return schema;
  --left;
  if (schema.is_sequence()) {
    std::vector<Value> items;
    for (const Value& item : schema.items()) {
      items.push_back(resolved(item, root, depth + 1, left));
    }
    return Value::list(std::move(items));
  }
  if (!schema.is_dict()) return schema;
  if (const Value* reference = schema.find("$ref");
      reference != nullptr && reference->is_string()) {
    const Value* target = pointed_at(root, reference->text());
    if (target != nullptr && target != &schema) return resolved(*target, root, depth + 1, left);
  }
  Dict entries;
  for (const auto& [key, value] : schema.entries().entries()) {
    const bool definitions =
        key.is_string() && (key.text() == "$defs" || key.text() == "definitions");
    entries.set(key, definitions ? value : resolved(value, root, depth + 1, left));
  }
  return Value::dict(std::move(entries));
}

}  // namespace

ToolSet::ToolSet(const Value& tools) {
  if (!tools.is_sequence()) return;
  for (const Value& entry : tools.items()) {
    const Value* function = entry.find("function");
    const Value& tool = function != nullptr && function->is_dict() ? *function : entry;
    const Value* name = tool.find("name");
    if (name == nullptr || !name->is_string()) continue;
    const Value* parameters = tool.find("parameters");
    Tool& added = tools_.emplace_back();
    added.name = name->text();
    added.schema = parameters != nullptr && parameters->is_dict() ? *parameters : Value::dict({});
    size_t left = kResolvedValuesMax;
    added.parameters = resolved(added.schema, added.schema, 0, left);
  }
}

std::vector<std::string> ToolSet::names() const {
  std::vector<std::string> names;
  for (const Tool& tool : tools_) names.push_back(tool.name);
  return names;
}

const ToolSet::Tool* ToolSet::find(std::string_view name) const {
  const auto found = std::ranges::find(tools_, name, &Tool::name);
  return found == tools_.end() ? nullptr : &*found;
}

const Value* ToolSet::parameters(std::string_view name) const {
  const Tool* tool = find(name);
  return tool == nullptr ? nullptr : &tool->parameters;
}

const Value* ToolSet::schema(std::string_view name) const {
  const Tool* tool = find(name);
  return tool == nullptr ? nullptr : &tool->schema;
}

const Value* ToolSet::parameter(std::string_view tool, std::string_view name) const {
  const Value* schema = parameters(tool);
  const Value* properties = schema == nullptr ? nullptr : schema->find("properties");
  return properties == nullptr ? nullptr : properties->find(name);
}

std::vector<std::string> schema_types(const Value* schema) {
  std::vector<std::string> types;
  if (schema != nullptr) collect_types(*schema, 0, types);
  return types;
}

std::string typed_argument(std::string_view text, const Value* schema) {
  const std::vector<std::string> types = schema_types(schema);
  const auto allows = [&](std::string_view type) {
    return std::ranges::find(types, type) != types.end();
  };
  const std::string_view word = trim(text);
  if (equals_folded(word, "null")) return "null";
  if (types.empty() || (types.size() == 1 && allows("string"))) return json_string(text);
  if (allows("boolean")) {
    if (equals_folded(word, "true")) return "true";
    if (equals_folded(word, "false")) return "false";
    if (types.size() == 1) return "false";
  }
  if (allows("integer") || allows("number")) {
    if (std::string integer = integer_text(word); !integer.empty()) return integer;
    const bool whole = word.find_first_of(".eE") == std::string_view::npos;
    if ((whole || allows("number")) && is_number(word)) return std::string(word);
  }
  const bool list = allows("array") && word.starts_with('[');
  const bool object = allows("object") && word.starts_with('{');
  if ((list || object) && is_json(word)) return std::string(word);
  // Some templates print Python's dictionaries, so models write them.
  if (list || object) {
    if (std::string json = python_text(word); is_json(json)) return json;
  }
  return json_string(text);
}

std::string guessed_argument(std::string_view text) {
  const std::string_view word = trim(text);
  return is_json(word) ? std::string(word) : json_string(text);
}

std::string json_string(std::string_view text) {
  return nlohmann::json(utf8_sanitize(text)).dump();
}

bool is_json(std::string_view text) {
  text = trim(text);
  JsonScanner scanner;
  for (size_t i = 0; i < text.size(); ++i) {
    const JsonScanner::Step step = scanner.step(text[i]);
    if (step == JsonScanner::Step::kEnd) return i + 1 == text.size();
    if (step != JsonScanner::Step::kMore) return false;
  }
  return scanner.complete();
}

}  // namespace lar::chat

#include "runtime/tool_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "constrain/json_pointer.h"

namespace lar::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kReferencesMax = 32;
constexpr std::array kTypes = {"string", "number", "integer", "boolean", "null", "array", "object"};

// Keywords beside a reference that demand nothing.
constexpr std::array kAnnotations = {"$ref",     "title",     "description", "default",
                                     "examples", "example",   "readOnly",    "writeOnly",
                                     "$comment", "deprecated"};

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string_view type_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::boolean: return "boolean";
    case Json::value_t::string: return "string";
    case Json::value_t::array: return "array";
    case Json::value_t::object: return "object";
    case Json::value_t::number_float: return "number";
    default: return "integer";
  }
}

void add_type(std::vector<std::string>& types, std::string_view type) {
  if (std::ranges::find(types, type) == types.end()) types.emplace_back(type);
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/-._~").contains(c);
}

std::string percent_encoded(std::string_view pointer) {
  std::string out;
  for (const char c : pointer) {
    if (unreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::unexpected<Error> refused(const SchemaPart& part, std::string_view keyword) {
  return fail(Code::kUnsupported,
              fmt::format("a tool call cannot be forced in this model's form: the schema has "
                          "#{}/{}",
                          part.pointer, keyword));
}

}  // namespace

std::string pointer_step(const std::string& pointer, std::string_view step) {
  return pointer + '/' + constrain::escape_pointer(step);
}

ToolSchema::ToolSchema(size_t number, Json parameters)
    : number_(number), root_(std::move(parameters)) {
  if (!root_.is_object()) root_ = Json::object();
  if (!root_.contains("type") && !root_.contains("$ref")) root_["type"] = "object";
  root_["$id"] = "lar:tool-" + std::to_string(number_);
}

std::string ToolSchema::name() const {
  return "tool-" + std::to_string(number_);
}

std::string ToolSchema::text() const {
  return text_of(root_);
}

std::string ToolSchema::part(const SchemaPart& part, const std::vector<std::string>& types) const {
  const std::string reference =
      fmt::format("lar:tool-{}#{}", number_, percent_encoded(part.pointer));
  return text_of(Json{{"allOf", Json::array({Json{{"$ref", reference}}, Json{{"type", types}}})}});
}

Result<SchemaPart> ToolSchema::resolved(SchemaPart part) const {
  for (int i = 0; i < kReferencesMax; ++i) {
    if (!part.schema->is_object() || !part.schema->contains("$ref")) return part;
    for (const auto& [key, value] : part.schema->items()) {
      const bool own = part.schema == &root_ && (key.starts_with('$') || key == "definitions");
      if (!own && std::ranges::find(kAnnotations, key) == kAnnotations.end()) {
        return refused(part, key);
      }
    }
    const Json& reference = (*part.schema)["$ref"];
    if (!reference.is_string()) return refused(part, "$ref");
    const std::string& text = reference.get_ref<const std::string&>();
    if (text != "#" && !text.starts_with("#/")) return refused(part, "$ref");
    const Json* at = &root_;
    for (size_t begin = 2; begin <= text.size();) {
      const size_t end = std::min(text.find('/', begin), text.size());
      const std::string step =
          constrain::unescape_pointer(std::string_view(text).substr(begin, end - begin));
      const bool index = !step.empty() && step.find_first_not_of("0123456789") == std::string::npos;
      if (at->is_object() && at->contains(step)) {
        at = &(*at)[step];
      } else if (at->is_array() && index && step.size() < 9 && std::stoul(step) < at->size()) {
        at = &(*at)[std::stoul(step)];
      } else {
        return refused(part, "$ref");
      }
      begin = end + 1;
    }
    part = {at, text.substr(1)};
  }
  return refused(part, "$ref");
}

Result<void> ToolSchema::collect_types(const SchemaPart& from,
                                       int depth,
                                       std::vector<std::string>& types) const {
  LAR_TRY(const SchemaPart part, resolved(from));
  const Json& schema = *part.schema;
  if (!schema.is_object() || depth > kReferencesMax) return {};
  if (const auto type = schema.find("type"); type != schema.end()) {
    if (type->is_string()) add_type(types, type->get<std::string>());
    if (type->is_array()) {
      for (const Json& one : *type) {
        if (one.is_string()) add_type(types, one.get<std::string>());
      }
    }
  }
  if (const auto values = schema.find("enum"); values != schema.end() && values->is_array()) {
    std::vector<std::string> own;
    for (const Json& value : *values) add_type(own, type_of(value));
    if (!types.empty()) {
      std::erase_if(own, [&](const std::string& type) {
        return std::ranges::find(types, type) == types.end() &&
               !(type == "integer" && std::ranges::find(types, "number") != types.end());
      });
    }
    types = std::move(own);
  }
  if (!types.empty()) return {};
  if (const auto value = schema.find("const"); value != schema.end()) {
    add_type(types, type_of(*value));
  }
  for (const char* key : {"anyOf", "oneOf", "allOf"}) {
    const auto branches = schema.find(key);
    if (branches == schema.end() || !branches->is_array()) continue;
    for (size_t i = 0; i < branches->size(); ++i) {
      std::vector<std::string> inner;
      const std::string pointer = pointer_step(pointer_step(part.pointer, key), std::to_string(i));
      LAR_TRY(collect_types({&(*branches)[i], pointer}, depth + 1, inner));
      for (const std::string& type : inner) add_type(types, type);
    }
  }
  if (!types.empty()) return {};
  if (schema.contains("properties")) add_type(types, "object");
  if (schema.contains("items") || schema.contains("prefixItems")) add_type(types, "array");
  return {};
}

Result<std::vector<std::string>> ToolSchema::types(const SchemaPart& part) const {
  std::vector<std::string> types;
  LAR_TRY(collect_types(part, 0, types));
  if (types.empty()) types.assign(kTypes.begin(), kTypes.end());
  return types;
}

Result<std::vector<ToolSchema::Argument>> ToolSchema::arguments(const SchemaPart& object) const {
  LAR_TRY(refuse(object, {"allOf", "anyOf", "oneOf", "not", "if", "minProperties", "maxProperties",
                          "patternProperties", "propertyNames", "dependentRequired",
                          "dependentSchemas", "dependencies", "enum", "const"}));
  std::vector<Argument> arguments;
  const Json& schema = *object.schema;
  if (!schema.is_object()) return arguments;
  if (const auto properties = schema.find("properties");
      properties != schema.end() && properties->is_object()) {
    const std::string pointer = pointer_step(object.pointer, "properties");
    for (const auto& [name, value] : properties->items()) {
      if (value.is_boolean() && !value.get<bool>()) continue;
      arguments.push_back({name, {&value, pointer_step(pointer, name)}});
    }
  }
  const auto required = schema.find("required");
  if (required == schema.end() || !required->is_array()) return arguments;
  for (const Json& name : *required) {
    if (!name.is_string()) continue;
    const auto at = std::ranges::find(arguments, name.get<std::string>(), &Argument::name);
    if (at == arguments.end()) return refused(object, "required");
    at->required = true;
  }
  return arguments;
}

Result<void> ToolSchema::refuse(const SchemaPart& part,
                                std::initializer_list<const char*> keywords) {
  if (!part.schema->is_object()) return {};
  for (const char* keyword : keywords) {
    if (part.schema->contains(keyword)) return refused(part, keyword);
  }
  return {};
}

}  // namespace lar::runtime

#include "chat/tools.h"

#include <fmt/format.h>

#include <algorithm>

namespace lar::chat {
namespace {

std::unexpected<Error> wrong(const std::string& place, std::string_view wanted) {
  return fail(Code::kInvalidArgument, fmt::format("{} is no {}", place, wanted));
}

const Value* given(const Value& object, std::string_view key) {
  const Value* value = object.find(key);
  return value == nullptr || value->is_null() || value->is_undefined() ? nullptr : value;
}

Result<std::string> text(const Value& object, std::string_view key, const std::string& place) {
  const Value* value = given(object, key);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong(fmt::format("{}.{}", place, key), "string");
  return std::string(value->text());
}

Result<std::vector<std::string>> texts(const Value& object,
                                       std::string_view key,
                                       const std::string& place,
                                       bool one_is_enough) {
  std::vector<std::string> list;
  const Value* value = given(object, key);
  if (value == nullptr) return list;
  if (one_is_enough && value->is_string()) return std::vector{std::string(value->text())};
  if (!value->is_list()) return wrong(fmt::format("{}.{}", place, key), "list of strings");
  for (const Value& item : value->items()) {
    if (!item.is_string()) return wrong(fmt::format("{}.{}", place, key), "list of strings");
    list.emplace_back(item.text());
  }
  return list;
}

Value any(const Value& object, std::string_view key) {
  const Value* value = given(object, key);
  return value == nullptr ? Value() : sorted_keys(*value);
}

Result<ToolProperty> parse_property(const Value& value, const std::string& place, uint32_t level);

Result<std::vector<NamedProperty>> parse_properties(const Value& value,
                                                    const std::string& place,
                                                    uint32_t level) {
  if (!value.is_dict()) return wrong(place + ".properties", "object");
  std::vector<NamedProperty> list;
  for (const auto& [name, property] : value.entries().entries()) {
    if (!name.is_string()) return wrong(place + ".properties", "object");
    LAR_TRY(ToolProperty parsed,
            parse_property(property, fmt::format("{}.properties.{}", place, name.text()), level));
    list.push_back({std::string(name.text()), std::move(parsed)});
  }
  return list;
}

Result<ToolProperty> parse_property(const Value& value, const std::string& place, uint32_t level) {
  if (level > kToolDepthMax) {
    return fail(Code::kInvalidArgument, place + ": the tool's schema is nested too deeply");
  }
  ToolProperty property;
  if (value.is_null()) return property;
  // A schema may be `true`: anything.
  if (value.is_bool()) return property;
  if (!value.is_dict()) return wrong(place, "object");
  if (const Value* list = given(value, "anyOf")) {
    if (!list->is_list()) return wrong(place + ".anyOf", "list");
    for (const Value& item : list->items()) {
      LAR_TRY(ToolProperty parsed, parse_property(item, place + ".anyOf", level + 1));
      property.any_of.push_back(std::move(parsed));
    }
  }
  LAR_TRY(property.type, texts(value, "type", place, true));
  property.items = any(value, "items");
  LAR_TRY(property.description, text(value, "description", place));
  if (const Value* list = given(value, "enum")) {
    if (!list->is_list()) return wrong(place + ".enum", "list");
    for (const Value& item : list->items()) property.enum_values.push_back(sorted_keys(item));
  }
  if (const Value* properties = given(value, "properties")) {
    property.has_properties = true;
    LAR_TRY(property.properties, parse_properties(*properties, place, level + 1));
  }
  LAR_TRY(property.required, texts(value, "required", place, false));
  return property;
}

Result<Tool> parse_tool(const Value& value, const std::string& place) {
  if (!value.is_dict()) return wrong(place, "object");
  Tool tool;
  LAR_TRY(tool.type, text(value, "type", place));
  tool.items = any(value, "items");
  const Value* function = given(value, "function");
  if (function == nullptr) return tool;
  const std::string where = place + ".function";
  if (!function->is_dict()) return wrong(where, "object");
  LAR_TRY(tool.name, text(*function, "name", where));
  LAR_TRY(tool.description, text(*function, "description", where));
  const Value* parameters = given(*function, "parameters");
  if (parameters == nullptr) return tool;
  const std::string inner = where + ".parameters";
  if (!parameters->is_dict()) return wrong(inner, "object");
  LAR_TRY(tool.parameters.type, text(*parameters, "type", inner));
  tool.parameters.defs = any(*parameters, "$defs");
  tool.parameters.items = any(*parameters, "items");
  LAR_TRY(tool.parameters.required, texts(*parameters, "required", inner, false));
  if (const Value* properties = given(*parameters, "properties")) {
    tool.parameters.has_properties = true;
    LAR_TRY(tool.parameters.properties, parse_properties(*properties, inner, 0));
  }
  return tool;
}

Value content(std::string_view string) {
  return Value::string(std::string(string), Origin::kContent);
}

Value list_of(const std::vector<std::string>& strings) {
  std::vector<Value> list;
  for (const std::string& string : strings) list.push_back(content(string));
  return Value::list(std::move(list));
}

Value properties_value(const std::vector<NamedProperty>& properties) {
  Dict dict;
  for (const auto& [name, property] : properties) dict.set(name, property_value(property));
  return Value::dict(std::move(dict));
}

}  // namespace

Value sorted_keys(const Value& value) {
  if (value.is_sequence()) {
    std::vector<Value> items;
    for (const Value& item : value.items()) items.push_back(sorted_keys(item));
    return Value::list(std::move(items));
  }
  if (!value.is_dict()) return value;
  std::vector<Dict::Entry> entries = value.entries().entries();
  std::ranges::sort(entries, {}, [](const Dict::Entry& e) {
    return e.first.is_string() ? e.first.text() : std::string_view();
  });
  Dict dict;
  for (const auto& [key, item] : entries) dict.set(key, sorted_keys(item));
  return Value::dict(std::move(dict));
}

Result<std::vector<Tool>> parse_tools(const Value& list) {
  std::vector<Tool> tools;
  if (list.is_null() || list.is_undefined()) return tools;
  if (!list.is_list()) return wrong("tools", "list");
  for (const Value& item : list.items()) {
    LAR_TRY(Tool tool, parse_tool(item, fmt::format("tools[{}]", tools.size())));
    tools.push_back(std::move(tool));
  }
  return tools;
}

Value property_value(const ToolProperty& property) {
  Dict dict;
  if (!property.any_of.empty()) {
    std::vector<Value> list;
    for (const ToolProperty& item : property.any_of) list.push_back(property_value(item));
    dict.set("anyOf", Value::list(std::move(list)));
  }
  if (property.type.size() == 1) dict.set("type", content(property.type[0]));
  if (property.type.size() > 1) dict.set("type", list_of(property.type));
  if (!property.items.is_undefined()) dict.set("items", property.items);
  if (!property.description.empty()) dict.set("description", content(property.description));
  if (!property.enum_values.empty()) dict.set("enum", Value::list(property.enum_values));
  if (property.has_properties) dict.set("properties", properties_value(property.properties));
  if (!property.required.empty()) dict.set("required", list_of(property.required));
  return Value::dict(std::move(dict));
}

Value parameters_value(const ToolParameters& parameters) {
  Dict dict;
  dict.set("type", content(parameters.type));
  if (!parameters.defs.is_undefined()) dict.set("$defs", parameters.defs);
  if (!parameters.items.is_undefined()) dict.set("items", parameters.items);
  if (!parameters.required.empty()) dict.set("required", list_of(parameters.required));
  dict.set("properties",
           parameters.has_properties ? properties_value(parameters.properties) : Value::null());
  return Value::dict(std::move(dict));
}

Value tool_value(const Tool& tool) {
  Dict function;
  function.set("name", content(tool.name));
  if (!tool.description.empty()) function.set("description", content(tool.description));
  function.set("parameters", parameters_value(tool.parameters));
  Dict dict;
  dict.set("type", content(tool.type));
  if (!tool.items.is_undefined()) dict.set("items", tool.items);
  dict.set("function", Value::dict(std::move(function)));
  return Value::dict(std::move(dict));
}

}  // namespace lar::chat

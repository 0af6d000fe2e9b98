#include "chat/gotemplate/ollama_types.h"

#include <algorithm>
#include <array>

namespace lar::chat::gotemplate {
namespace {

extern const Type kProperty;

constexpr Type kPropertyKinds{.kind = TypeKind::kSlice,
                              .name = "api.PropertyType",
                              .element = &kStringType,
                              .stringer = Stringer::kOneOrMany};
const Type kPropertyList{
    .kind = TypeKind::kSlice, .name = "[]api.ToolProperty", .element = &kProperty};
const Type kNestedProperties{.kind = TypeKind::kMap,
                             .name = "*api.ToolPropertiesMap",
                             .element = &kProperty,
                             .is_pointer = true};
const Type kProperties{.kind = TypeKind::kMap,
                       .name = "template.templateProperties",
                       .element = &kProperty,
                       .stringer = Stringer::kJsonMap};

const std::array<Field, 7> kPropertyFields{{
    {.name = "AnyOf", .type = &kPropertyList, .json = "anyOf", .omit_empty = true},
    {.name = "Type", .type = &kPropertyKinds, .json = "type", .omit_empty = true},
    {.name = "Items", .type = &kAnyType, .json = "items", .omit_empty = true},
    {.name = "Description", .type = &kStringType, .json = "description", .omit_empty = true},
    {.name = "Enum", .type = &kAnySliceType, .json = "enum", .omit_empty = true},
    {.name = "Properties", .type = &kNestedProperties, .json = "properties", .omit_empty = true},
    {.name = "Required", .type = &kStringSliceType, .json = "required", .omit_empty = true},
}};
const Type kProperty{.kind = TypeKind::kStruct,
                     .name = "api.ToolProperty",
                     .fields = kPropertyFields,
                     .is_property = true};

// {{ .Function }} is JSON, which published templates count on (Ollama lost that with its change
// to sorted properties, and prints a Go struct).
const std::array<Field, 5> kParameterFields{{
    {.name = "Type", .type = &kStringType, .json = "type"},
    {.name = "Defs", .type = &kAnyType, .json = "$defs", .omit_empty = true},
    {.name = "Items", .type = &kAnyType, .json = "items", .omit_empty = true},
    {.name = "Required", .type = &kStringSliceType, .json = "required", .omit_empty = true},
    {.name = "Properties", .type = &kProperties, .json = "properties"},
}};
const Type kParameters{.kind = TypeKind::kStruct,
                       .name = "template.templateToolFunctionParameters",
                       .fields = kParameterFields,
                       .stringer = Stringer::kJson};
const std::array<Field, 3> kToolFunctionFields{{
    {.name = "Name", .type = &kStringType, .json = "name"},
    {.name = "Description", .type = &kStringType, .json = "description"},
    {.name = "Parameters", .type = &kParameters, .json = "parameters"},
}};
const Type kToolFunction{.kind = TypeKind::kStruct,
                         .name = "template.templateToolFunction",
                         .fields = kToolFunctionFields,
                         .stringer = Stringer::kJson};
const std::array<Field, 3> kToolFields{{
    {.name = "Type", .type = &kStringType, .json = "type"},
    {.name = "Items", .type = &kAnyType, .json = "items", .omit_empty = true},
    {.name = "Function", .type = &kToolFunction, .json = "function"},
}};
const Type kTool{.kind = TypeKind::kStruct,
                 .name = "template.templateTool",
                 .fields = kToolFields,
                 .stringer = Stringer::kJson};
const Type kTools{.kind = TypeKind::kSlice,
                  .name = "template.templateTools",
                  .element = &kTool,
                  .stringer = Stringer::kJson};

constexpr Type kArguments{.kind = TypeKind::kMap,
                          .name = "template.templateArgs",
                          .element = &kAnyType,
                          .stringer = Stringer::kJsonMap};
const std::array<Field, 3> kCallFunctionFields{{
    {.name = "Index", .type = &kIntType},
    {.name = "Name", .type = &kStringType},
    {.name = "Arguments", .type = &kArguments},
}};
const Type kCallFunction{.kind = TypeKind::kStruct,
                         .name = "template.templateToolCallFunction",
                         .fields = kCallFunctionFields};
const std::array<Field, 2> kCallFields{{
    {.name = "ID", .type = &kStringType},
    {.name = "Function", .type = &kCallFunction},
}};
const Type kCall{
    .kind = TypeKind::kStruct, .name = "template.templateToolCall", .fields = kCallFields};
const Type kCalls{
    .kind = TypeKind::kSlice, .name = "[]template.templateToolCall", .element = &kCall};
constexpr Type kImages{
    .kind = TypeKind::kSlice, .name = "[]api.ImageData", .element = &kStringType};

const std::array<Field, 7> kMessageFields{{
    {.name = "Role", .type = &kStringType},
    {.name = "Content", .type = &kStringType},
    {.name = "Thinking", .type = &kStringType},
    {.name = "Images", .type = &kImages},
    {.name = "ToolCalls", .type = &kCalls},
    {.name = "ToolName", .type = &kStringType},
    {.name = "ToolCallID", .type = &kStringType},
}};
const Type kMessage{.kind = TypeKind::kStruct,
                    .name = "*template.templateMessage",
                    .fields = kMessageFields,
                    .is_pointer = true};
const Type kMessages{
    .kind = TypeKind::kSlice, .name = "[]*template.templateMessage", .element = &kMessage};

const std::array<Field, 9> kDataFields{{
    {.name = "IsThinkSet", .type = &kBoolType},
    {.name = "Messages", .type = &kMessages},
    {.name = "Prompt", .type = &kStringType},
    {.name = "Response", .type = &kStringType},
    {.name = "Suffix", .type = &kStringType},
    {.name = "System", .type = &kStringType},
    {.name = "Think", .type = &kBoolType},
    {.name = "ThinkLevel", .type = &kStringType},
    {.name = "Tools", .type = &kTools},
}};
const Type kData{.kind = TypeKind::kMap,
                 .name = "map[string]interface {}",
                 .element = &kAnyType,
                 .fields = kDataFields};

Value content(std::string_view text) {
  return Value::string(std::string(text), Origin::kContent);
}

Value strings(const std::vector<std::string>& list) {
  if (list.empty()) return Value::null();
  std::vector<Value> values;
  for (const std::string& text : list) values.push_back(content(text));
  return Value::list(std::move(values));
}

Value any_value(const Value& value) {
  return value.is_undefined() ? Value::null() : value;
}

Value property_item(const ToolProperty& property);

Value properties_item(bool given, const std::vector<NamedProperty>& properties, bool sort) {
  if (!given) return Value::null();
  std::vector<const NamedProperty*> order;
  for (const NamedProperty& entry : properties) order.push_back(&entry);
  if (sort) std::ranges::sort(order, {}, &NamedProperty::name);
  Dict dict;
  for (const NamedProperty* entry : order) {
    dict.set(content(entry->name), property_item(entry->property));
  }
  return Value::dict(std::move(dict));
}

Value property_item(const ToolProperty& property) {
  std::vector<Value> any_of;
  for (const ToolProperty& item : property.any_of) any_of.push_back(property_item(item));
  std::vector<Value> values;
  for (const Value& item : property.enum_values) values.push_back(item);
  return Value::tuple({any_of.empty() ? Value::null() : Value::list(std::move(any_of)),
                       strings(property.type), any_value(property.items),
                       content(property.description),
                       values.empty() ? Value::null() : Value::list(std::move(values)),
                       properties_item(property.has_properties, property.properties, false),
                       strings(property.required)});
}

Value tool_item(const Tool& tool) {
  const ToolParameters& parameters = tool.parameters;
  Value inner =
      Value::tuple({content(parameters.type), any_value(parameters.defs),
                    any_value(parameters.items), strings(parameters.required),
                    properties_item(parameters.has_properties, parameters.properties, true)});
  Value function = Value::tuple({content(tool.name), content(tool.description), std::move(inner)});
  return Value::tuple({content(tool.type), any_value(tool.items), std::move(function)});
}

Value call_item(const ToolCall& call, size_t index) {
  Value arguments = sorted_keys(call.arguments);
  if (!arguments.is_dict()) arguments = Value::dict({});
  return Value::tuple({content(call.id), Value::tuple({Value::integer(static_cast<int64_t>(index)),
                                                       content(call.name), std::move(arguments)})});
}

std::string_view typescript_of(std::string_view type) {
  if (type == "string" || type == "boolean" || type == "null") return type;
  if (type == "number" || type == "integer") return "number";
  if (type == "array") return "any[]";
  if (type == "object") return "Record<string, any>";
  return "any";
}

}  // namespace

Value messages_value(std::span<const Message> messages) {
  std::vector<Value> list;
  list.reserve(messages.size());
  for (const Message& message : messages) {
    std::vector<Value> calls;
    for (const ToolCall& call : message.tool_calls) calls.push_back(call_item(call, calls.size()));
    const std::vector<std::string> images(message_images(message));
    list.push_back(Value::tuple({content(message.role), message_text(message),
                                 content(message.thinking.value_or("")), strings(images),
                                 calls.empty() ? Value::null() : Value::list(std::move(calls)),
                                 content(message.role == "tool" ? message.name.value_or("") : ""),
                                 content(message.tool_call_id.value_or(""))}));
  }
  return Value::list(std::move(list));
}

Value tools_value(const std::vector<Tool>* tools) {
  if (tools == nullptr) return Value::null();
  std::vector<Value> list;
  for (const Tool& tool : *tools) list.push_back(tool_item(tool));
  return Value::list(std::move(list));
}

Item data_item(const Data& data) {
  // Entries of the caller's own follow the fields.
  return {&kData,
          Value::tuple({Value::boolean(data.think != Think::kUnset), data.messages, data.prompt,
                        data.response, data.suffix, data.system, Value::boolean(thinks(data.think)),
                        Value::string(std::string(think_level(data.think)), Origin::kTemplate),
                        data.tools, Value::dict(data.extra)})};
}

Item map_entry(const Item& map, std::string_view name) {
  if (map.value.is_tuple()) {
    for (size_t i = 0; i < map.type->fields.size(); ++i) {
      const Value& value = map.value.items()[i];
      if (map.type->fields[i].name == name && !value.is_undefined()) {
        return {map.type->fields[i].type, value};
      }
    }
    if (const Value* value = map.value.items().back().find(name)) return {&kAnyType, *value};
  } else if (const Value* value = map.value.find(name)) {
    return {map.type->element, *value};
  }
  if (map.type->element->kind == TypeKind::kStruct) {
    return {map.type->element, property_item(ToolProperty{})};
  }
  return {map.type->element, Value::null()};
}

std::vector<std::pair<Value, Item>> map_entries(const Item& map) {
  std::vector<std::pair<Value, Item>> entries;
  if (map.value.is_dict()) {
    for (const auto& [key, value] : map.value.entries().entries()) {
      entries.emplace_back(key, Item{map.type->element, value});
    }
  } else if (map.value.is_tuple()) {
    for (size_t i = 0; i < map.type->fields.size(); ++i) {
      const Value& value = map.value.items()[i];
      if (value.is_undefined()) continue;
      entries.emplace_back(Value::string(std::string(map.type->fields[i].name), Origin::kTemplate),
                           Item{map.type->fields[i].type, value});
    }
    for (const auto& [key, value] : map.value.items().back().entries().entries()) {
      entries.emplace_back(key, Item{&kAnyType, value});
    }
  }
  return entries;
}

std::string to_typescript(const Item& property) {
  const auto& fields = property.value.items();
  std::string out;
  const auto add = [&](std::string_view type) {
    if (!out.empty()) out += " | ";
    out += type;
  };
  if (fields[0].is_list() && !fields[0].items().empty()) {
    for (const Value& item : fields[0].items()) add(to_typescript({&kProperty, item}));
    return out;
  }
  if (!fields[1].is_list() || fields[1].items().empty()) return "any";
  for (const Value& type : fields[1].items()) add(typescript_of(type.text()));
  return out;
}

}  // namespace lar::chat::gotemplate

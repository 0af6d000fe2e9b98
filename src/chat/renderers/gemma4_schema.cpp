#include "chat/renderers/gemma4_schema.h"

#include <algorithm>
#include <array>

namespace lar::chat {
namespace {

void write_quoted(PromptWriter& out, std::string_view text) {
  out.tag(kGemma4Style.quote).text(text).tag(kGemma4Style.quote);
}

void write_quoted_list(PromptWriter& out, const std::vector<std::string>& texts) {
  out.tag("[");
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out.tag(",");
    write_quoted(out, texts[i]);
  }
  out.tag("]");
}

// Parts with commas between them.
class Parts {
 public:
  explicit Parts(PromptWriter& out) : out_(out) {}
  PromptWriter& next() {
    if (!first_) out_.tag(",");
    first_ = false;
    return out_;
  }

 private:
  PromptWriter& out_;
  bool first_ = true;
};

// Names of a "type", upper case: one or several.
std::vector<std::string> type_names(const Value* type) {
  std::vector<std::string> names;
  if (type == nullptr) return names;
  if (type->is_string()) names.push_back(upper_case(type->text()));
  if (type->is_list()) {
    for (const Value& name : type->items()) {
      if (name.is_string()) names.push_back(upper_case(name.text()));
    }
  }
  return names;
}

std::vector<std::string> strings_of(const Value* list) {
  std::vector<std::string> strings;
  if (list == nullptr || !list->is_list()) return strings;
  for (const Value& item : list->items()) {
    if (item.is_string()) strings.emplace_back(item.text());
  }
  return strings;
}

void write_types(PromptWriter& out, const std::vector<std::string>& names) {
  out.tag("type:");
  if (names.size() == 1) {
    write_quoted(out, names[0]);
  } else {
    write_quoted_list(out, names);
  }
}

const Value* dict_at(const Value& schema, std::string_view key) {
  const Value* value = schema.find(key);
  return value != nullptr && value->is_dict() ? value : nullptr;
}

// Values in schemas have quoted keys.
void write_schema_value(PromptWriter& out, const Value& value) {
  if (value.is_dict()) {
    out.tag("{");
    Parts parts(out);
    for (const auto& [key, item] : value.entries().entries()) {
      parts.next();
      write_quoted(out, key.text());
      out.tag(":");
      write_schema_value(out, item);
    }
    out.tag("}");
  } else if (value.is_sequence()) {
    out.tag("[");
    Parts parts(out);
    for (const Value& item : value.items()) write_schema_value(parts.next(), item);
    out.tag("]");
  } else {
    write_gemma_value(out, value, kGemma4Style);
  }
}

void write_properties(PromptWriter& out, const Value& properties);

// The schema of a list's elements, with all its keys in order.
void write_items(PromptWriter& out, const Value& items) {
  Parts parts(out);
  const Value sorted = sorted_keys(items);
  for (const auto& [name, value] : sorted.entries().entries()) {
    if (value.is_null()) continue;
    const std::string_view key = name.text();
    parts.next();
    if (key == "properties") {
      out.tag("properties:{");
      if (value.is_dict()) write_properties(out, value);
      out.tag("}");
    } else if (key == "required") {
      out.tag("required:");
      write_quoted_list(out, strings_of(&value));
    } else if (key == "type") {
      const auto names = type_names(&value);
      if (!names.empty()) write_types(out, names);
    } else {
      out.text(key).tag(":");
      write_schema_value(out, value);
    }
  }
}

void write_property(PromptWriter& out, const Value& schema) {
  Parts parts(out);
  const Value* description = schema.find("description");
  if (description != nullptr && description->is_string() && !description->text().empty()) {
    parts.next().tag("description:");
    write_quoted(out, description->text());
  }
  const auto types = type_names(schema.find("type"));
  const std::string type = types.empty() ? "" : types[0];
  const Value* values = schema.find("enum");
  if (type == "STRING" && values != nullptr && values->is_list() && !values->items().empty()) {
    std::vector<std::string> texts;
    for (const Value& value : values->items()) texts.push_back(go_text(value));
    parts.next().tag("enum:");
    write_quoted_list(out, texts);
  }
  const Value* items = dict_at(schema, "items");
  if (type == "ARRAY" && items != nullptr && !items->entries().empty()) {
    parts.next().tag("items:{");
    write_items(out, *items);
    out.tag("}");
  }
  const Value* nullable = schema.find("nullable");
  if (nullable != nullptr && nullable->is_bool() && nullable->as_bool()) {
    parts.next().tag("nullable:true");
  }
  if (type == "OBJECT") {
    parts.next().tag("properties:{");
    const Value* inner = dict_at(schema, "properties");
    write_properties(out, inner != nullptr ? *inner : schema);
    out.tag("}");
    if (const auto required = strings_of(schema.find("required")); !required.empty()) {
      parts.next().tag("required:");
      write_quoted_list(out, required);
    }
  }
  if (!types.empty()) write_types(parts.next(), types);
}

void write_properties(PromptWriter& out, const Value& properties) {
  constexpr std::array<std::string_view, 5> kKeywords{"description", "type", "properties",
                                                      "required", "nullable"};
  Parts parts(out);
  const Value sorted = sorted_keys(properties);
  for (const auto& [name, schema] : sorted.entries().entries()) {
    if (!schema.is_dict() || std::ranges::find(kKeywords, name.text()) != kKeywords.end()) continue;
    parts.next().text(name).tag(":{");
    write_property(out, schema);
    out.tag("}");
  }
}

bool is_bare(const ToolProperty& property) {
  return property.any_of.empty() && !property.type.empty() && property.items.is_undefined() &&
         property.description.empty() && property.enum_values.empty() && !property.has_properties &&
         property.required.empty();
}

// The types of a property; alternatives that are nothing but types count as one union.
std::vector<std::string> types_of(const ToolProperty& property) {
  if (!property.type.empty()) return property.type;
  std::vector<std::string> types;
  for (const ToolProperty& alternative : property.any_of) {
    if (!is_bare(alternative)) return {};
    for (const std::string& type : alternative.type) {
      if (std::ranges::find(types, type) == types.end()) types.push_back(type);
    }
  }
  return types;
}

Value typed_properties(const std::vector<NamedProperty>& properties);

// A property as a schema. A union prints as Python's list of its names, as one type.
Value typed_schema(const ToolProperty& property) {
  Value schema = property_value(property);
  Dict dict;
  const auto types = types_of(property);
  std::string type;
  if (types.size() == 1) type = types[0];
  if (types.size() > 1) {
    for (const std::string& name : types) {
      type += (type.empty() ? "['" : ", '") + upper_case(name) + "'";
    }
    type += "]";
  }
  if (!type.empty()) dict.set("type", Value::string(type, Origin::kContent));
  for (const std::string_view key : {"description", "enum", "items", "required"}) {
    if (const Value* value = schema.find(key)) dict.set(key, *value);
  }
  if (property.has_properties) dict.set("properties", typed_properties(property.properties));
  return Value::dict(std::move(dict));
}

Value typed_properties(const std::vector<NamedProperty>& properties) {
  Dict dict;
  for (const NamedProperty& entry : properties) dict.set(entry.name, typed_schema(entry.property));
  return Value::dict(std::move(dict));
}

}  // namespace

void write_gemma4_declaration(PromptWriter& out, const Tool& tool) {
  const ToolParameters& parameters = tool.parameters;
  out.tag("<|tool>declaration:").text(tool.name).tag("{description:");
  write_quoted(out, tool.description);
  if (parameters.has_properties || !parameters.type.empty()) {
    out.tag(",parameters:{");
    Parts parts(out);
    if (!parameters.properties.empty()) {
      parts.next().tag("properties:{");
      write_properties(out, typed_properties(parameters.properties));
      out.tag("}");
    }
    if (!parameters.required.empty()) {
      parts.next().tag("required:");
      write_quoted_list(out, parameters.required);
    }
    if (!parameters.type.empty()) {
      parts.next().tag("type:");
      write_quoted(out, upper_case(parameters.type));
    }
    out.tag("}");
  }
  out.tag("}<tool|>");
}

}  // namespace lar::chat

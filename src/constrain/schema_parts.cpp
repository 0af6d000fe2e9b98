#include "constrain/schema_parts.h"

#include <algorithm>
#include <array>

namespace lar::constrain {

ValueSet all_but_numbers() {
  ValueSet set = ValueSet::all();
  set.numbers.clear();
  return set;
}

ValueSet all_but_strings() {
  ValueSet set = ValueSet::all();
  set.strings.clear();
  return set;
}

ValueSet all_but_arrays() {
  ValueSet set = ValueSet::all();
  set.arrays.clear();
  return set;
}

ValueSet all_but_objects() {
  ValueSet set = ValueSet::all();
  set.objects.clear();
  return set;
}

Result<ValueSet> values_of_type(std::string_view name) {
  ValueSet all = ValueSet::all();
  ValueSet set;
  if (name == "null") {
    set.null = true;
  } else if (name == "boolean") {
    set.yes = set.no = true;
  } else if (name == "number") {
    set.numbers = std::move(all.numbers);
  } else if (name == "integer") {
    set.numbers.emplace_back().multiples = {Decimal::of(1)};
  } else if (name == "string") {
    set.strings = std::move(all.strings);
  } else if (name == "array") {
    set.arrays = std::move(all.arrays);
  } else if (name == "object") {
    set.objects = std::move(all.objects);
  } else {
    return fail(Code::kInvalidArgument, "\"" + std::string(name) + "\" is not a type");
  }
  return set;
}

Result<Decimal> read_number(const JsonValue& value) {
  const auto number =
      value.is(JsonValue::Kind::kNumber) ? Decimal::parse(value.text) : std::optional<Decimal>();
  if (!number) return fail(Code::kInvalidArgument, "must be a number");
  return *number;
}

Result<uint32_t> read_count(const JsonValue& value) {
  LAR_TRY(const Decimal number, read_number(value));
  if (!number.is_integer() || number < Decimal()) {
    return fail(Code::kInvalidArgument, "must be a whole number that is not negative");
  }
  if (number >= Decimal::of(kNoLimit)) return kNoLimit - 1;
  return static_cast<uint32_t>(number.units_floor() / kUnit);
}

Result<void> require_schemas(const JsonValue& value) {
  if (value.is(JsonValue::Kind::kArray) && !value.items.empty()) return {};
  return fail(Code::kInvalidArgument, "must be an array with at least one schema");
}

void keep_implied_type(const JsonValue& schema, ValueSet& set) {
  constexpr std::array<std::string_view, 10> kDecided{
      "type", "enum", "const", "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if"};
  constexpr std::array<std::string_view, 9> kObject{
      "properties",    "patternProperties", "additionalProperties",
      "required",      "minProperties",     "maxProperties",
      "propertyNames", "dependentRequired", "dependentSchemas"};
  constexpr std::array<std::string_view, 6> kArray{"items",    "prefixItems", "minItems",
                                                   "maxItems", "uniqueItems", "contains"};
  constexpr std::array<std::string_view, 4> kString{"minLength", "maxLength", "pattern", "format"};
  constexpr std::array<std::string_view, 5> kNumber{"minimum", "maximum", "exclusiveMinimum",
                                                    "exclusiveMaximum", "multipleOf"};
  const auto any = [&](const auto& names) {
    return std::ranges::any_of(names, [&](auto name) { return schema.find(name) != nullptr; });
  };
  if (any(kDecided)) return;
  const bool object = any(kObject);
  const bool array = any(kArray);
  const bool string = any(kString);
  const bool number = any(kNumber);
  if (int{object} + int{array} + int{string} + int{number} != 1) return;
  set.null = set.yes = set.no = false;
  if (!object) set.objects.clear();
  if (!array) set.arrays.clear();
  if (!string) set.strings.clear();
  if (!number) set.numbers.clear();
}

}  // namespace lar::constrain

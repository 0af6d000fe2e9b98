// SchemaReader: the keywords about numbers, strings and arrays.
#include <algorithm>

#include "constrain/format.h"
#include "constrain/regex.h"
#include "constrain/schema_parts.h"
#include "constrain/schema_reader.h"

namespace lar::constrain {
namespace {

using Kind = JsonValue::Kind;

ValueSet only(NumberAlt alt) {
  ValueSet set = all_but_numbers();
  set.numbers.push_back(std::move(alt));
  return set;
}

ValueSet only(StringAlt alt) {
  ValueSet set = all_but_strings();
  set.strings.push_back(alt);
  return set;
}

ValueSet only(ArrayAlt alt) {
  ValueSet set = all_but_arrays();
  set.arrays.push_back(std::move(alt));
  return set;
}

// The limits of the numeric formats of OpenAPI.
const NumberAlt* numeric_format(std::string_view name) {
  static const NumberAlt int32{.low = Decimal::of(INT32_MIN), .high = Decimal::of(INT32_MAX)};
  static const NumberAlt int64{.low = Decimal::of(INT64_MIN), .high = Decimal::of(INT64_MAX)};
  static const NumberAlt real;
  if (name == "int32") return &int32;
  if (name == "int64") return &int64;
  return name == "float" || name == "double" ? &real : nullptr;
}

}  // namespace

Result<ValueSet> SchemaReader::minimum(const JsonValue& schema, const JsonValue& value) {
  NumberAlt alt;
  LAR_TRY(alt.low, read_number(value));
  const JsonValue* exclusive = schema.find("exclusiveMinimum");
  alt.low_excluded = exclusive != nullptr && exclusive->is(Kind::kTrue);
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::maximum(const JsonValue& schema, const JsonValue& value) {
  NumberAlt alt;
  LAR_TRY(alt.high, read_number(value));
  const JsonValue* exclusive = schema.find("exclusiveMaximum");
  alt.high_excluded = exclusive != nullptr && exclusive->is(Kind::kTrue);
  return only(std::move(alt));
}

// A boolean belongs to the `minimum` beside it (draft 4).
Result<ValueSet> SchemaReader::exclusive_minimum(const JsonValue&, const JsonValue& value) {
  if (value.is_bool()) return ValueSet::all();
  NumberAlt alt{.low_excluded = true};
  LAR_TRY(alt.low, read_number(value));
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::exclusive_maximum(const JsonValue&, const JsonValue& value) {
  if (value.is_bool()) return ValueSet::all();
  NumberAlt alt{.high_excluded = true};
  LAR_TRY(alt.high, read_number(value));
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::multiple_of(const JsonValue&, const JsonValue& value) {
  LAR_TRY(const Decimal step, read_number(value));
  if (!step.is_positive()) return fail(Code::kInvalidArgument, "must be greater than 0");
  if (!step.fits_step()) return fail(Code::kUnsupported, "has more than 18 digits");
  return only(NumberAlt{.multiples = {step}});
}

Result<ValueSet> SchemaReader::min_length(const JsonValue&, const JsonValue& value) {
  StringAlt alt;
  LAR_TRY(alt.min, read_count(value));
  return only(alt);
}

Result<ValueSet> SchemaReader::max_length(const JsonValue&, const JsonValue& value) {
  StringAlt alt;
  LAR_TRY(alt.max, read_count(value));
  return only(alt);
}

Result<DfaId> SchemaReader::pattern_dfa(const std::string& pattern) {
  if (const auto known = patterns_.find(pattern); known != patterns_.end()) return known->second;
  LAR_TRY(Dfa dfa, compile_regex(pattern, RegexMatch::kSearch));
  LAR_TRY(const DfaId id, algebra_.add_dfa(std::move(dfa)));
  patterns_.emplace(pattern, id);
  return id;
}

Result<ValueSet> SchemaReader::pattern(const JsonValue&, const JsonValue& value) {
  if (!value.is(Kind::kString)) return fail(Code::kInvalidArgument, "must be a string");
  StringAlt alt;
  LAR_TRY(alt.dfa, pattern_dfa(value.text));
  ValueSet set = all_but_strings();
  if (!algebra_.dfa(alt.dfa).empty()) set.strings.push_back(alt);
  return set;
}

Result<ValueSet> SchemaReader::format(const JsonValue&, const JsonValue& value) {
  if (!value.is(Kind::kString)) return fail(Code::kInvalidArgument, "must be a string");
  if (options_.formats == FormatPolicy::kAnnotate || value.text == "password") {
    return ValueSet::all();
  }
  if (const NumberAlt* alt = numeric_format(value.text)) return only(*alt);
  StringAlt alt{.max = format_max_length(value.text).value_or(kNoLimit)};
  if (const auto known = formats_.find(value.text); known != formats_.end()) {
    alt.dfa = known->second;
    return only(alt);
  }
  LAR_TRY(Dfa dfa, compile_format(value.text));
  LAR_TRY(alt.dfa, algebra_.add_dfa(std::move(dfa)));
  formats_.emplace(value.text, alt.dfa);
  return only(alt);
}

Result<ValueSet> SchemaReader::items(const JsonValue& schema, const JsonValue& value) {
  ArrayAlt alt;
  if (value.is(Kind::kArray)) {  // a tuple, until draft 2019-09
    for (const JsonValue& item : value.items) alt.prefix.push_back(algebra_.schema(item));
    if (const JsonValue* more = schema.find("additionalItems")) alt.rest = algebra_.schema(*more);
  } else {
    if (const JsonValue* prefix = schema.find("prefixItems")) {
      const size_t count = prefix->is(Kind::kArray) ? prefix->items.size() : 1;
      alt.prefix.assign(count, kAllValues);
    }
    alt.rest = algebra_.schema(value);
  }
  if (alt.rest == kNoValue) alt.max = static_cast<uint32_t>(alt.prefix.size());
  return only(std::move(alt));
}

// A single schema in place of the array counts as an array of one.
Result<ValueSet> SchemaReader::prefix_items(const JsonValue&, const JsonValue& value) {
  ArrayAlt alt;
  std::span<const JsonValue> schemas(&value, 1);
  if (value.is(Kind::kArray)) schemas = value.items;
  for (const JsonValue& item : schemas) alt.prefix.push_back(algebra_.schema(item));
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::min_items(const JsonValue&, const JsonValue& value) {
  ArrayAlt alt;
  LAR_TRY(alt.min, read_count(value));
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::max_items(const JsonValue&, const JsonValue& value) {
  ArrayAlt alt;
  LAR_TRY(alt.max, read_count(value));
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::unique_items(const JsonValue&, const JsonValue& value) {
  if (!value.is_bool()) return fail(Code::kInvalidArgument, "must be true or false");
  return only(ArrayAlt{.unique = value.is(Kind::kTrue)});
}

Result<ValueSet> SchemaReader::contains(const JsonValue& schema, const JsonValue& value) {
  Contains constraint{.value = algebra_.schema(value)};
  const bool counted = document_.draft() >= Draft::kDraft2019;
  if (const JsonValue* min = schema.find("minContains"); min != nullptr && counted) {
    LAR_TRY(constraint.min, read_count(*min));
  }
  if (const JsonValue* max = schema.find("maxContains"); max != nullptr && counted) {
    LAR_TRY(constraint.max, read_count(*max));
  }
  if (constraint.min == 0 && constraint.max == kNoLimit) return ValueSet::all();
  ValueSet set = all_but_arrays();
  if (constraint.min <= constraint.max) set.arrays.push_back({.contains = {constraint}});
  return set;
}

Result<ValueSet> SchemaReader::unevaluated_items(const JsonValue& schema, const JsonValue& value) {
  for (const char* other : {"allOf", "anyOf", "oneOf", "if", "$ref", "$dynamicRef", "contains"}) {
    if (schema.find(other) != nullptr) {
      return fail(Code::kUnsupported, "beside " + std::string(other) + " is not supported");
    }
  }
  if (schema.find("items") != nullptr) return ValueSet::all();
  ArrayAlt alt{.rest = algebra_.schema(value)};
  if (const JsonValue* prefix = schema.find("prefixItems")) {
    alt.prefix.assign(prefix->items.size(), kAllValues);
  }
  if (alt.rest == kNoValue) alt.max = static_cast<uint32_t>(alt.prefix.size());
  return only(std::move(alt));
}

}  // namespace lar::constrain

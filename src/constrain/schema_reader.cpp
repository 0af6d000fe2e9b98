#include "constrain/schema_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "constrain/format.h"
#include "constrain/regex.h"
#include "constrain/schema_parts.h"

namespace lar::constrain {

using Kind = JsonValue::Kind;

SchemaReader::SchemaReader(SchemaDocument document, ReaderOptions options)
    : document_(std::move(document)),
      options_(options),
      algebra_([this](const JsonValue& schema) { return read(schema); }) {}

std::span<const SchemaReader::Keyword> SchemaReader::keywords() {
  // In the order in which they decide the order of properties: the schema's own first.
  static constexpr std::array kKeywords{
      Keyword{"type", &SchemaReader::type},
      Keyword{"enum", &SchemaReader::enumeration},
      Keyword{"const", &SchemaReader::constant},
      Keyword{"properties", &SchemaReader::properties},
      Keyword{"patternProperties", &SchemaReader::lone_properties},
      Keyword{"additionalProperties", &SchemaReader::lone_properties},
      Keyword{"$ref", &SchemaReader::ref},
      Keyword{"$dynamicRef", &SchemaReader::dynamic_ref},
      Keyword{"$recursiveRef", &SchemaReader::dynamic_ref},
      Keyword{"allOf", &SchemaReader::all_of},
      Keyword{"required", &SchemaReader::required},
      Keyword{"minProperties", &SchemaReader::min_properties},
      Keyword{"maxProperties", &SchemaReader::max_properties},
      Keyword{"propertyNames", &SchemaReader::property_names},
      Keyword{"dependentRequired", &SchemaReader::dependent_required},
      Keyword{"dependentSchemas", &SchemaReader::dependent_schemas},
      Keyword{"dependencies", &SchemaReader::dependencies},
      Keyword{"unevaluatedProperties", &SchemaReader::unevaluated_properties},
      Keyword{"minimum", &SchemaReader::minimum},
      Keyword{"maximum", &SchemaReader::maximum},
      Keyword{"exclusiveMinimum", &SchemaReader::exclusive_minimum},
      Keyword{"exclusiveMaximum", &SchemaReader::exclusive_maximum},
      Keyword{"multipleOf", &SchemaReader::multiple_of},
      Keyword{"minLength", &SchemaReader::min_length},
      Keyword{"maxLength", &SchemaReader::max_length},
      Keyword{"pattern", &SchemaReader::pattern},
      Keyword{"format", &SchemaReader::format},
      Keyword{"prefixItems", &SchemaReader::prefix_items},
      Keyword{"items", &SchemaReader::items},
      Keyword{"minItems", &SchemaReader::min_items},
      Keyword{"maxItems", &SchemaReader::max_items},
      Keyword{"uniqueItems", &SchemaReader::unique_items},
      Keyword{"contains", &SchemaReader::contains},
      Keyword{"unevaluatedItems", &SchemaReader::unevaluated_items},
      Keyword{"anyOf", &SchemaReader::any_of},
      Keyword{"oneOf", &SchemaReader::one_of},
      Keyword{"not", &SchemaReader::negated},
      Keyword{"if", &SchemaReader::conditional},
  };
  return kKeywords;
}

Result<ValueSet> SchemaReader::read(const JsonValue& schema) {
  const std::string path = document_.path_of(schema);
  if (schema.is_bool()) return schema.is(Kind::kTrue) ? ValueSet::all() : ValueSet{};
  if (!schema.is(Kind::kObject)) {
    return fail(Code::kInvalidArgument, path + ": a schema must be an object or a boolean");
  }
  // Until draft 7, $ref stands alone.
  const JsonValue* alone = document_.draft() <= Draft::kDraft7 ? schema.find("$ref") : nullptr;
  if (alone != nullptr) return with_context(ref(schema, *alone), path);
  ValueSet set = ValueSet::all();
  for (const Keyword& keyword : keywords()) {
    const JsonValue* value = schema.find(keyword.name);
    if (value == nullptr) continue;
    auto one = (this->*keyword.handler)(schema, *value);
    if (one) {
      auto both = algebra_.intersect(set, *one);
      if (!both) one = std::unexpected(std::move(both).error());
      if (both) set = std::move(*both);
    }
    if (!one) {
      Error error = std::move(one).error();
      // The innermost place is named once.
      if (error.message.starts_with("#")) return std::unexpected(std::move(error));
      return std::unexpected(std::move(error).with_context(path + "/" + std::string(keyword.name)));
    }
  }
  return set;
}

ValueSet SchemaReader::of_implied_type(const JsonValue& schema, const ValueSet& set) {
  constexpr int kMaxHops = 16;
  const JsonValue* at = &schema;
  for (int hop = 0; hop < kMaxHops; ++hop) {
    const JsonValue* ref = at->find("$ref");
    if (ref == nullptr || !ref->is(Kind::kString)) break;
    const auto target = document_.resolve(*at, ref->text);
    if (!target) break;
    at = *target;
  }
  ValueSet narrowed = set;
  keep_implied_type(*at, narrowed);
  return narrowed.empty() ? set : narrowed;
}

Result<ValueSet> SchemaReader::read_subschema(const JsonValue& schema) {
  LAR_TRY(const ValueSet* set, algebra_.resolve(algebra_.schema(schema)));
  return *set;
}

Result<ValueSet> SchemaReader::ref(const JsonValue& schema, const JsonValue& value) {
  if (!value.is(Kind::kString)) return fail(Code::kInvalidArgument, "$ref must be a string");
  LAR_TRY(const JsonValue* target, document_.resolve(schema, value.text));
  return read_subschema(*target);
}

Result<ValueSet> SchemaReader::dynamic_ref(const JsonValue& schema, const JsonValue& value) {
  if (!value.is(Kind::kString)) return fail(Code::kInvalidArgument, "must be a string");
  if (schema.find("$recursiveRef") == &value) {
    if (document_.root().find("$recursiveAnchor") != nullptr) {
      return fail(Code::kUnsupported, "$recursiveRef with $recursiveAnchor is not supported");
    }
    return ref(schema, value);
  }
  LAR_TRY(const JsonValue* target, document_.resolve(schema, value.text));
  const JsonValue* anchor = target->find("$dynamicAnchor");
  const bool by_anchor = anchor != nullptr && value.text.ends_with("#" + anchor->text);
  if (by_anchor && document_.sole_dynamic_anchor(anchor->text) != target) {
    return fail(Code::kUnsupported, "$dynamicRef with several anchors is not supported");
  }
  return read_subschema(*target);
}

Result<ValueSet> SchemaReader::type(const JsonValue&, const JsonValue& value) {
  ValueSet set;
  std::span<const JsonValue> names(&value, 1);
  if (value.is(Kind::kArray)) names = value.items;
  for (const JsonValue& name : names) {
    if (!name.is(Kind::kString)) return fail(Code::kInvalidArgument, "type must be a string");
    LAR_TRY(ValueSet one, values_of_type(name.text));
    if (document_.draft() == Draft::kDraft4 && name.text == "integer") {
      one.numbers[0].spelling = Spelling::kWhole;
    }
    LAR_TRY(set, algebra_.unite(set, one));
  }
  return set;
}

Result<ValueSet> SchemaReader::enumeration(const JsonValue&, const JsonValue& value) {
  if (!value.is(Kind::kArray)) return fail(Code::kInvalidArgument, "enum must be an array");
  if (value.items.size() > kMaxEnumValues) {
    return fail(Code::kResourceExhausted,
                "enum has more than " + std::to_string(kMaxEnumValues) + " values");
  }
  ValueSet set;
  std::vector<std::string> strings;
  std::vector<Decimal> numbers;
  for (const JsonValue& item : value.items) {
    if (item.is(Kind::kString)) {
      strings.push_back(item.text);
    } else if (item.is(Kind::kNumber)) {
      const auto number = Decimal::parse(item.text);
      if (!number) return fail(Code::kUnsupported, "the number " + item.text + " is too large");
      numbers.push_back(*number);
    } else {
      LAR_TRY(const ValueSet one, algebra_.of_constant(item));
      LAR_TRY(set, algebra_.unite(set, one));
    }
  }
  if (!strings.empty()) {
    LAR_TRY(Dfa dfa, Dfa::of_strings(strings));
    LAR_TRY(const DfaId id, algebra_.add_dfa(std::move(dfa)));
    set.strings.push_back({.dfa = id});
  }
  if (!numbers.empty()) {
    std::ranges::sort(numbers);
    const auto tail = std::ranges::unique(numbers);
    numbers.erase(tail.begin(), tail.end());
    set.numbers.emplace_back().values = std::move(numbers);
  }
  return set;
}

Result<ValueSet> SchemaReader::constant(const JsonValue&, const JsonValue& value) {
  return algebra_.of_constant(value);
}

Result<ValueSet> SchemaReader::all_of(const JsonValue&, const JsonValue& value) {
  LAR_TRY(require_schemas(value));
  ValueSet set = ValueSet::all();
  for (const JsonValue& schema : value.items) {
    LAR_TRY(const ValueSet one, read_subschema(schema));
    LAR_TRY(set, algebra_.intersect(set, one));
  }
  return set;
}

Result<ValueSet> SchemaReader::any_of(const JsonValue&, const JsonValue& value) {
  LAR_TRY(require_schemas(value));
  ValueSet set;
  for (const JsonValue& schema : value.items) {
    LAR_TRY(const ValueSet one, read_subschema(schema));
    LAR_TRY(set, algebra_.unite(set, one));
  }
  return set;
}

// Each branch without the branches that it overlaps with.
Result<ValueSet> SchemaReader::one_of(const JsonValue&, const JsonValue& value) {
  LAR_TRY(require_schemas(value));
  std::vector<ValueSet> branches;
  for (const JsonValue& schema : value.items) {
    LAR_TRY(ValueSet one, read_subschema(schema));
    branches.push_back(std::move(one));
  }
  std::vector<ValueSet> alone = branches;
  std::vector<std::optional<ValueSet>> negated(branches.size());
  const auto without = [&](size_t i, size_t j) -> Result<void> {
    if (!negated[j]) {
      LAR_TRY(negated[j], algebra_.negate(branches[j]));
    }
    LAR_TRY(alone[i], algebra_.intersect(alone[i], *negated[j]));
    return {};
  };
  for (size_t i = 0; i < branches.size(); ++i) {
    for (size_t j = i + 1; j < branches.size(); ++j) {
      LAR_TRY(const bool disjoint, algebra_.disjoint(branches[i], branches[j]));
      if (disjoint) continue;
      LAR_TRY(without(i, j));
      LAR_TRY(without(j, i));
    }
  }
  ValueSet set;
  for (const ValueSet& one : alone) {
    LAR_TRY(set, algebra_.unite(set, one));
  }
  return set;
}

Result<ValueSet> SchemaReader::negated(const JsonValue&, const JsonValue& value) {
  LAR_TRY(const ValueSet set, read_subschema(value));
  return algebra_.negate(set);
}

Result<ValueSet> SchemaReader::conditional(const JsonValue& schema, const JsonValue& value) {
  const JsonValue* yes = schema.find("then");
  const JsonValue* no = schema.find("else");
  if (document_.draft() < Draft::kDraft7 || (yes == nullptr && no == nullptr)) {
    return ValueSet::all();
  }
  LAR_TRY(ValueSet condition, read_subschema(value));
  LAR_TRY(ValueSet otherwise, algebra_.negate(condition));
  if (yes != nullptr) {
    LAR_TRY(const ValueSet then, read_subschema(*yes));
    LAR_TRY(condition, algebra_.intersect(condition, then));
  }
  if (no != nullptr) {
    LAR_TRY(const ValueSet then, read_subschema(*no));
    LAR_TRY(otherwise, algebra_.intersect(otherwise, then));
  }
  return algebra_.unite(condition, otherwise);
}

}  // namespace lar::constrain

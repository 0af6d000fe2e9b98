// SchemaReader: the keywords about objects.
#include <algorithm>
#include <set>

#include "constrain/schema_parts.h"
#include "constrain/schema_reader.h"

namespace lar::constrain {
namespace {

using Kind = JsonValue::Kind;

ValueSet only(ObjectAlt alt) {
  ValueSet set = all_but_objects();
  set.objects.push_back(std::move(alt));
  return set;
}

ObjectAlt any_object() {
  return {.classes = {{}}};
}

Result<void> require_object(const JsonValue& value) {
  if (value.is(Kind::kObject)) return {};
  return fail(Code::kInvalidArgument, "must be an object");
}

}  // namespace

Result<ObjectAlt> SchemaReader::object_of(const JsonValue* properties,
                                          const JsonValue* patterns,
                                          ExprId others) {
  ObjectAlt alt;
  // The classes of keys by the patterns that they match.
  struct Split {
    DfaId keys = kAnyString;
    ExprId value = kAllValues;
    bool matched = false;
  };
  std::vector<Split> splits{{}};
  if (patterns != nullptr) {
    LAR_TRY(require_object(*patterns));
    for (const JsonMember& pattern : patterns->members) {
      LAR_TRY(const DfaId keys, pattern_dfa(pattern.name));
      const ExprId value = algebra_.schema(pattern.value);
      std::vector<Split> finer;
      for (const Split& split : splits) {
        LAR_TRY(const DfaId inside, algebra_.combine(split.keys, keys, Dfa::Op::kAnd));
        LAR_TRY(const DfaId outside, algebra_.combine(split.keys, keys, Dfa::Op::kMinus));
        if (!algebra_.dfa(inside).empty()) {
          finer.push_back({inside, algebra_.both(split.value, value), true});
        }
        if (!algebra_.dfa(outside).empty()) finer.push_back({outside, split.value, split.matched});
      }
      if (finer.size() > kMaxKeyClasses) {
        return fail(
            Code::kResourceExhausted,
            "the patterns make more than " + std::to_string(kMaxKeyClasses) + " kinds of keys");
      }
      splits = std::move(finer);
    }
  }
  ObjectAlt keyed;
  for (const Split& split : splits) {
    const ExprId value = split.matched ? split.value : others;
    if (value != kNoValue) alt.classes.push_back({split.keys, value});
    // A declared property need not satisfy `others`, only the patterns.
    keyed.classes.push_back({split.keys, split.matched ? split.value : kAllValues});
  }
  if (properties != nullptr) {
    LAR_TRY(require_object(*properties));
    for (const JsonMember& property : properties->members) {
      const ExprId own = algebra_.schema(property.value);
      const ExprId matched =
          patterns == nullptr ? kAllValues : algebra_.class_value(keyed, property.name);
      alt.properties.push_back({property.name, algebra_.both(own, matched), false});
    }
  }
  return alt;
}

// `properties`, `patternProperties` and `additionalProperties` are read together, by the first of
// them that is present.
Result<ValueSet> SchemaReader::properties(const JsonValue& schema, const JsonValue& value) {
  const JsonValue* patterns = schema.find("patternProperties");
  const JsonValue* others = schema.find("additionalProperties");
  LAR_TRY(ObjectAlt alt,
          object_of(&value, patterns, others == nullptr ? kAllValues : algebra_.schema(*others)));
  alt.openness =
      patterns == nullptr && others == nullptr ? Openness::kImplicit : Openness::kExplicit;
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::lone_properties(const JsonValue& schema, const JsonValue& value) {
  const JsonValue* patterns = schema.find("patternProperties");
  const JsonValue* others = schema.find("additionalProperties");
  if (schema.find("properties") != nullptr || (patterns != nullptr && &value == others)) {
    return ValueSet::all();
  }
  LAR_TRY(ObjectAlt alt,
          object_of(nullptr, patterns, others == nullptr ? kAllValues : algebra_.schema(*others)));
  alt.openness = Openness::kExplicit;
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::required(const JsonValue&, const JsonValue& value) {
  if (value.is_bool()) return ValueSet::all();  // draft 3, on the property itself
  if (!value.is(Kind::kArray)) return fail(Code::kInvalidArgument, "must be an array");
  ObjectAlt alt = any_object();
  std::set<std::string_view> seen;
  for (const JsonValue& name : value.items) {
    if (!name.is(Kind::kString)) return fail(Code::kInvalidArgument, "must hold strings");
    if (seen.insert(name.text).second) alt.properties.push_back({name.text, kAllValues, true});
  }
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::min_properties(const JsonValue&, const JsonValue& value) {
  ObjectAlt alt = any_object();
  LAR_TRY(alt.min, read_count(value));
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::max_properties(const JsonValue&, const JsonValue& value) {
  ObjectAlt alt = any_object();
  LAR_TRY(alt.max, read_count(value));
  return only(std::move(alt));
}

Result<ValueSet> SchemaReader::property_names(const JsonValue&, const JsonValue& value) {
  LAR_TRY(const ValueSet names, read_subschema(value));
  ObjectAlt alt;
  LAR_TRY(const DfaId keys, algebra_.as_dfa(names.strings));
  if (!algebra_.dfa(keys).empty()) alt.classes.push_back({keys, kAllValues});
  return only(std::move(alt));
}

// Objects without the property `name`, everything that is no object, and `then`.
Result<ValueSet> SchemaReader::with_dependency(const std::string& name, ValueSet then) {
  ObjectAlt without = any_object();
  without.properties.push_back({name, kNoValue, false});
  ObjectAlt with = any_object();
  with.properties.push_back({name, kAllValues, true});
  ValueSet present;
  present.objects.push_back(std::move(with));
  LAR_TRY(present, algebra_.intersect(present, then));
  return algebra_.unite(only(std::move(without)), present);
}

Result<ValueSet> SchemaReader::dependent_required(const JsonValue& schema, const JsonValue& value) {
  LAR_TRY(require_object(value));
  ValueSet set = ValueSet::all();
  for (const JsonMember& member : value.members) {
    LAR_TRY(ValueSet needed, required(schema, member.value));
    LAR_TRY(const ValueSet one, with_dependency(member.name, std::move(needed)));
    LAR_TRY(set, algebra_.intersect(set, one));
  }
  return set;
}

Result<ValueSet> SchemaReader::dependent_schemas(const JsonValue&, const JsonValue& value) {
  LAR_TRY(require_object(value));
  ValueSet set = ValueSet::all();
  for (const JsonMember& member : value.members) {
    LAR_TRY(ValueSet then, read_subschema(member.value));
    LAR_TRY(const ValueSet one, with_dependency(member.name, std::move(then)));
    LAR_TRY(set, algebra_.intersect(set, one));
  }
  return set;
}

// The form of both until draft 7.
Result<ValueSet> SchemaReader::dependencies(const JsonValue& schema, const JsonValue& value) {
  LAR_TRY(require_object(value));
  ValueSet set = ValueSet::all();
  for (const JsonMember& member : value.members) {
    LAR_TRY(ValueSet then, member.value.is(Kind::kArray) ? required(schema, member.value)
                                                         : read_subschema(member.value));
    LAR_TRY(const ValueSet one, with_dependency(member.name, std::move(then)));
    LAR_TRY(set, algebra_.intersect(set, one));
  }
  return set;
}

Result<ValueSet> SchemaReader::unevaluated_properties(const JsonValue& schema,
                                                      const JsonValue& value) {
  for (const char* other :
       {"allOf", "anyOf", "oneOf", "if", "$ref", "$dynamicRef", "dependentSchemas"}) {
    if (schema.find(other) != nullptr && !value.is(Kind::kTrue)) {
      return fail(Code::kUnsupported, "beside " + std::string(other) + " is not supported");
    }
  }
  if (schema.find("additionalProperties") != nullptr || value.is(Kind::kTrue)) {
    return ValueSet::all();
  }
  LAR_TRY(ObjectAlt alt, object_of(schema.find("properties"), schema.find("patternProperties"),
                                   algebra_.schema(value)));
  alt.openness = Openness::kExplicit;
  return only(std::move(alt));
}

}  // namespace lar::constrain

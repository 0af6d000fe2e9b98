#include "constrain/value_algebra.h"

#include <algorithm>

namespace lar::constrain {
namespace {

constexpr int kPruneDepth = 3;

std::unexpected<Error> too_many(const std::string& what, size_t limit) {
  return fail(Code::kResourceExhausted,
              "the schema needs more than " + std::to_string(limit) + " " + what);
}

}  // namespace

ValueAlgebra::ValueAlgebra(Reader reader) : reader_(std::move(reader)) {
  dfas_.push_back(Dfa::any());
  exprs_.resize(2);
  exprs_[kAllValues].kind = Kind::kAll;
  exprs_[kAllValues].set = std::make_unique<ValueSet>(ValueSet::all());
  exprs_[kNoValue].kind = Kind::kNone;
  exprs_[kNoValue].set = std::make_unique<ValueSet>();
}

ExprId ValueAlgebra::schema(const JsonValue& schema) {
  if (schema.is(JsonValue::Kind::kTrue)) return kAllValues;
  if (schema.is(JsonValue::Kind::kFalse)) return kNoValue;
  if (schema.is(JsonValue::Kind::kObject) && schema.members.empty()) return kAllValues;
  const auto [at, fresh] = schema_ids_.try_emplace(&schema, 0);
  if (fresh) {
    exprs_.push_back({.kind = Kind::kSchema, .json = &schema});
    at->second = static_cast<ExprId>(exprs_.size() - 1);
  }
  return at->second;
}

ExprId ValueAlgebra::constant(const JsonValue& value) {
  const auto [at, fresh] = constant_ids_.try_emplace(&value, 0);
  if (fresh) {
    exprs_.push_back({.kind = Kind::kConstant, .json = &value});
    at->second = static_cast<ExprId>(exprs_.size() - 1);
  }
  return at->second;
}

ExprId ValueAlgebra::intern(Kind kind, std::vector<ExprId> parts, const JsonValue* json) {
  const auto [at, fresh] =
      compound_ids_.try_emplace({static_cast<int>(kind), parts}, static_cast<ExprId>(0));
  if (fresh) {
    exprs_.push_back({.kind = kind, .parts = std::move(parts), .json = json});
    at->second = static_cast<ExprId>(exprs_.size() - 1);
  }
  return at->second;
}

ExprId ValueAlgebra::both(ExprId a, ExprId b) {
  if (a == kNoValue || b == kNoValue) return kNoValue;
  if (a == kAllValues || a == b) return b;
  if (b == kAllValues) return a;
  std::vector<ExprId> parts;
  for (const ExprId e : {a, b}) {
    if (exprs_[e].kind == Kind::kBoth) {
      parts.insert(parts.end(), exprs_[e].parts.begin(), exprs_[e].parts.end());
    } else {
      parts.push_back(e);
    }
  }
  std::ranges::sort(parts);
  const auto tail = std::ranges::unique(parts);
  parts.erase(tail.begin(), tail.end());
  for (const ExprId e : parts) {
    if (exprs_[e].kind == Kind::kNot && std::ranges::binary_search(parts, exprs_[e].parts[0])) {
      return kNoValue;
    }
  }
  if (parts.size() == 1) return parts[0];
  return intern(Kind::kBoth, std::move(parts), origin(a) != nullptr ? origin(a) : origin(b));
}

ExprId ValueAlgebra::negation(ExprId a) {
  if (a == kAllValues) return kNoValue;
  if (a == kNoValue) return kAllValues;
  if (exprs_[a].kind == Kind::kNot) return exprs_[a].parts[0];
  return intern(Kind::kNot, {a}, origin(a));
}

const JsonValue* ValueAlgebra::origin(ExprId expr) const {
  return exprs_[expr].json;
}

Result<void> ValueAlgebra::spend(size_t work) {
  work_ += work;
  if (work_ > kMaxAlgebraWork) return too_many("steps to combine", kMaxAlgebraWork);
  return {};
}

Result<const ValueSet*> ValueAlgebra::resolve(ExprId expr) {
  if (exprs_[expr].set != nullptr) return exprs_[expr].set.get();
  if (exprs_.size() > kMaxExprs) return too_many("subschemas", kMaxExprs);
  if (exprs_[expr].resolving) {
    return fail(Code::kInvalidArgument, "$ref: the schema refers to itself without end");
  }
  if (depth_ >= kMaxResolveDepth) return too_many("references in a row", kMaxResolveDepth);
  exprs_[expr].resolving = true;
  ++depth_;
  auto set = compute(expr);
  --depth_;
  exprs_[expr].resolving = false;
  if (!set) return std::unexpected(std::move(set).error());
  exprs_[expr].set = std::make_unique<ValueSet>(std::move(*set));
  return exprs_[expr].set.get();
}

Result<ValueSet> ValueAlgebra::compute(ExprId expr) {
  const Kind kind = exprs_[expr].kind;
  if (kind == Kind::kSchema) return reader_(*exprs_[expr].json);
  if (kind == Kind::kConstant) return of_constant(*exprs_[expr].json);
  const std::vector<ExprId> parts = exprs_[expr].parts;
  LAR_TRY(const ValueSet* first, resolve(parts[0]));
  if (kind == Kind::kNot) return negate(*first);
  ValueSet set = *first;
  for (size_t i = 1; i < parts.size(); ++i) {
    LAR_TRY(const ValueSet* next, resolve(parts[i]));
    LAR_TRY(set, intersect(set, *next));
  }
  return set;
}

// An error on the way says nothing here; it comes up where the expression is needed.
bool ValueAlgebra::plainly_empty(ExprId expr, int depth) {
  if (expr == kNoValue) return true;
  if (expr == kAllValues || depth == 0 || exprs_[expr].resolving) return false;
  ++prune_depth_;
  const auto set = resolve(expr);
  --prune_depth_;
  if (!set || !(*set)->scalars_empty()) return false;
  return std::ranges::all_of((*set)->arrays,
                             [&](const ArrayAlt& a) { return plainly_empty(a, depth - 1); }) &&
         std::ranges::all_of((*set)->objects,
                             [&](const ObjectAlt& a) { return plainly_empty(a, depth - 1); });
}

bool ValueAlgebra::plainly_empty(const ArrayAlt& alt, int depth) {
  if (alt.min > alt.max) return true;
  for (size_t i = 0; i < alt.prefix.size() && i < alt.min; ++i) {
    if (plainly_empty(alt.prefix[i], depth)) return true;
  }
  if (alt.min > alt.prefix.size() && plainly_empty(alt.rest, depth)) return true;
  return std::ranges::any_of(alt.contains, [&](const Contains& c) {
    return c.min > c.max || (c.min > 0 && plainly_empty(c.value, depth));
  });
}

bool ValueAlgebra::plainly_empty(const ObjectAlt& alt, int depth) {
  size_t required = 0;
  for (const Property& property : alt.properties) {
    if (!property.required) continue;
    ++required;
    if (plainly_empty(property.value, depth)) return true;
  }
  if (alt.min > alt.max || required > alt.max) return true;
  if (alt.classes.empty() && alt.properties.size() < alt.min) return true;
  return std::ranges::any_of(
      alt.has, [&](const Has& h) { return dfa(h.keys).empty() || plainly_empty(h.value, depth); });
}

Result<ValueSet> ValueAlgebra::of_constant(const JsonValue& value) {
  ValueSet set;
  switch (value.kind) {
    case JsonValue::Kind::kNull: set.null = true; break;
    case JsonValue::Kind::kFalse: set.no = true; break;
    case JsonValue::Kind::kTrue: set.yes = true; break;
    case JsonValue::Kind::kNumber: {
      const auto number = Decimal::parse(value.text);
      if (!number) return fail(Code::kUnsupported, "the number " + value.text + " is too large");
      set.numbers.emplace_back().values = {*number};
      break;
    }
    case JsonValue::Kind::kString: {
      LAR_TRY(Dfa dfa, Dfa::of_strings({&value.text, 1}));
      LAR_TRY(const DfaId id, add_dfa(std::move(dfa)));
      set.strings.push_back({.dfa = id});
      break;
    }
    case JsonValue::Kind::kArray: {
      const auto count = static_cast<uint32_t>(value.items.size());
      ArrayAlt alt{.rest = kNoValue, .min = count, .max = count};
      for (const JsonValue& item : value.items) alt.prefix.push_back(constant(item));
      set.arrays.push_back(std::move(alt));
      break;
    }
    case JsonValue::Kind::kObject: {
      ObjectAlt alt{.openness = Openness::kExplicit};
      for (const JsonMember& member : value.members) {
        alt.properties.push_back({member.name, constant(member.value), true});
      }
      set.objects.push_back(std::move(alt));
      break;
    }
  }
  return set;
}

Result<bool> ValueAlgebra::disjoint(const ValueSet& a, const ValueSet& b) {
  LAR_TRY(const ValueSet common, intersect(a, b));
  return common.scalars_empty() &&
         std::ranges::all_of(
             common.arrays, [&](const ArrayAlt& alt) { return plainly_empty(alt, kPruneDepth); }) &&
         std::ranges::all_of(common.objects,
                             [&](const ObjectAlt& alt) { return plainly_empty(alt, kPruneDepth); });
}

Result<ValueSet> ValueAlgebra::intersect(const ValueSet& a, const ValueSet& b) {
  ValueSet out{.null = a.null && b.null, .yes = a.yes && b.yes, .no = a.no && b.no};
  LAR_TRY(out.numbers, intersect(a.numbers, b.numbers));
  LAR_TRY(out.strings, intersect(a.strings, b.strings));
  LAR_TRY(out.arrays, intersect(a.arrays, b.arrays));
  LAR_TRY(out.objects, intersect(a.objects, b.objects));
  return out;
}

Result<ValueSet> ValueAlgebra::unite(const ValueSet& a, const ValueSet& b) {
  ValueSet out = a;
  out.null |= b.null;
  out.yes |= b.yes;
  out.no |= b.no;
  LAR_TRY(unite_strings(out.strings, b.strings));
  const auto free = [](const NumberAlt& alt) { return alt.unconstrained(); };
  if (std::ranges::any_of(b.numbers, free)) out.numbers.clear();
  if (!std::ranges::any_of(out.numbers, free)) {
    for (const NumberAlt& alt : b.numbers) {
      NumberAlt* into = nullptr;
      for (NumberAlt& have : out.numbers) {
        if (have.values && alt.values) into = &have;
      }
      if (into != nullptr) {  // enumerations share one alternative
        into->values->insert(into->values->end(), alt.values->begin(), alt.values->end());
        std::ranges::sort(*into->values);
        const auto tail = std::ranges::unique(*into->values);
        into->values->erase(tail.begin(), tail.end());
      } else {
        out.numbers.push_back(alt);
      }
    }
  }
  out.arrays.insert(out.arrays.end(), b.arrays.begin(), b.arrays.end());
  out.objects.insert(out.objects.end(), b.objects.begin(), b.objects.end());
  if (std::max({out.numbers.size(), out.arrays.size(), out.objects.size(), out.strings.size()}) >
      kMaxAlternatives) {
    return too_many("alternatives", kMaxAlternatives);
  }
  return out;
}

Result<ValueSet> ValueAlgebra::negate(const ValueSet& a) {
  ValueSet out = ValueSet::all();
  out.null = !a.null;
  out.yes = !a.yes;
  out.no = !a.no;
  for (const NumberAlt& alt : a.numbers) {
    LAR_TRY(out.numbers, intersect(out.numbers, complement(alt)));
  }
  for (const StringAlt& alt : a.strings) {
    LAR_TRY(const auto rest, complement(alt));
    LAR_TRY(out.strings, intersect(out.strings, rest));
  }
  for (const ArrayAlt& alt : a.arrays) {
    LAR_TRY(const auto rest, complement(alt));
    LAR_TRY(out.arrays, intersect(out.arrays, rest));
  }
  for (const ObjectAlt& alt : a.objects) {
    LAR_TRY(const auto rest, complement(alt));
    LAR_TRY(out.objects, intersect(out.objects, rest));
  }
  return out;
}

Result<std::vector<NumberAlt>> ValueAlgebra::intersect(const std::vector<NumberAlt>& a,
                                                       const std::vector<NumberAlt>& b) {
  std::vector<NumberAlt> out;
  for (const NumberAlt& x : a) {
    for (const NumberAlt& y : b) {
      LAR_TRY(spend(1 + (x.values ? x.values->size() : 0) + (y.values ? y.values->size() : 0)));
      NumberAlt both = constrain::intersect(x, y);
      if (!both.plainly_empty()) out.push_back(std::move(both));
    }
  }
  if (out.size() > kMaxAlternatives) return too_many("alternatives", kMaxAlternatives);
  return out;
}

Result<std::vector<StringAlt>> ValueAlgebra::intersect(const std::vector<StringAlt>& a,
                                                       const std::vector<StringAlt>& b) {
  std::vector<StringAlt> out;
  for (const StringAlt& x : a) {
    for (const StringAlt& y : b) {
      StringAlt alt{.min = std::max(x.min, y.min), .max = std::min(x.max, y.max)};
      LAR_TRY(alt.dfa, combine(x.dfa, y.dfa, Dfa::Op::kAnd));
      LAR_TRY(const auto kept, normalize(alt));
      if (kept) out.push_back(*kept);
    }
  }
  if (out.size() > kMaxAlternatives) return too_many("alternatives", kMaxAlternatives);
  return out;
}

Result<std::vector<ArrayAlt>> ValueAlgebra::intersect(const std::vector<ArrayAlt>& a,
                                                      const std::vector<ArrayAlt>& b) {
  std::vector<ArrayAlt> out;
  const bool prune = prune_depth_ < kPruneDepth;
  for (const ArrayAlt& x : a) {
    for (const ArrayAlt& y : b) {
      LAR_TRY(ArrayAlt both, intersect(x, y));
      if (!plainly_empty(both, prune ? kPruneDepth : 0)) out.push_back(std::move(both));
      if (out.size() > kMaxAlternatives) return too_many("alternatives", kMaxAlternatives);
    }
  }
  return out;
}

Result<std::vector<ObjectAlt>> ValueAlgebra::intersect(const std::vector<ObjectAlt>& a,
                                                       const std::vector<ObjectAlt>& b) {
  std::vector<ObjectAlt> out;
  const bool prune = prune_depth_ < kPruneDepth && a.size() * b.size() > 1;
  for (const ObjectAlt& x : a) {
    for (const ObjectAlt& y : b) {
      LAR_TRY(auto both, intersect(x, y));
      if (both && !plainly_empty(*both, prune ? kPruneDepth : 0)) out.push_back(std::move(*both));
      if (out.size() > kMaxAlternatives) return too_many("alternatives", kMaxAlternatives);
    }
  }
  return out;
}

Result<ArrayAlt> ValueAlgebra::intersect(const ArrayAlt& a, const ArrayAlt& b) {
  ArrayAlt out{.rest = both(a.rest, b.rest),
               .min = std::max(a.min, b.min),
               .max = std::min(a.max, b.max),
               .contains = a.contains,
               .unique = a.unique || b.unique};
  const size_t count = std::max(a.prefix.size(), b.prefix.size());
  LAR_TRY(spend(count + 1));
  for (size_t i = 0; i < count; ++i) out.prefix.push_back(both(a.item(i), b.item(i)));
  for (const Contains& c : b.contains) {
    if (std::ranges::find(out.contains, c) == out.contains.end()) out.contains.push_back(c);
  }
  // Items beyond an impossible one cannot be.
  for (size_t i = 0; i <= out.prefix.size(); ++i) {
    if (out.item(i) == kNoValue) {
      out.max = std::min(out.max, static_cast<uint32_t>(i));
      break;
    }
  }
  return out;
}

ExprId ValueAlgebra::class_value(const ObjectAlt& alt, const std::string& name) const {
  for (const KeyClass& c : alt.classes) {
    if (c.keys == kAnyString || dfas_[c.keys].accepts(name)) return c.value;
  }
  return kNoValue;
}

Result<std::optional<ObjectAlt>> ValueAlgebra::intersect(const ObjectAlt& a, const ObjectAlt& b) {
  LAR_TRY(spend(a.properties.size() + b.properties.size() + 1));
  ObjectAlt out{.min = std::max(a.min, b.min),
                .max = std::min(a.max, b.max),
                .has = a.has,
                .openness = std::max(a.openness, b.openness)};
  out.has.insert(out.has.end(), b.has.begin(), b.has.end());
  std::unordered_map<std::string_view, const Property*> in_b;
  for (const Property& p : b.properties) in_b.emplace(p.name, &p);
  for (const Property& p : a.properties) {
    const auto other = in_b.find(p.name);
    const ExprId value = other != in_b.end() ? other->second->value : class_value(b, p.name);
    const bool required = p.required || (other != in_b.end() && other->second->required);
    out.properties.push_back({p.name, both(p.value, value), required});
    if (other != in_b.end()) in_b.erase(other);
  }
  for (const Property& p : b.properties) {
    if (!in_b.contains(p.name)) continue;
    out.properties.push_back({p.name, both(class_value(a, p.name), p.value), p.required});
  }
  for (const Property& p : out.properties) {
    if (p.required && p.value == kNoValue) return std::nullopt;
  }
  for (const KeyClass& x : a.classes) {
    for (const KeyClass& y : b.classes) {
      const ExprId value = both(x.value, y.value);
      if (value == kNoValue) continue;
      LAR_TRY(const DfaId keys, combine(x.keys, y.keys, Dfa::Op::kAnd));
      if (!dfa(keys).empty()) out.classes.push_back({keys, value});
    }
  }
  if (out.classes.size() > kMaxKeyClasses) return too_many("kinds of keys", kMaxKeyClasses);
  return out;
}

}  // namespace lar::constrain

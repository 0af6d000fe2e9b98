#include "constrain/json_plan.h"

#include <algorithm>

#include "base/utf8.h"

namespace lar::constrain {
namespace {

std::unexpected<Error> over_limit(const std::string& what, size_t limit) {
  return fail(Code::kResourceExhausted, what + ": more than " + std::to_string(limit));
}

}  // namespace

uint32_t KeyTrie::next(uint32_t node, char32_t c) const {
  const auto& children = nodes[node].children;
  const auto at = std::ranges::lower_bound(children, c, {}, &std::pair<char32_t, uint32_t>::first);
  return at != children.end() && at->first == c ? at->second : kNone;
}

JsonPlan::JsonPlan(std::unique_ptr<SchemaReader> reader, Purpose purpose)
    : reader_(std::move(reader)), purpose_(purpose) {}

Result<NodeId> JsonPlan::build(ExprId root) {
  size_t done = nodes_.size();
  LAR_TRY(const NodeId id, node_of(root));
  for (; done < nodes_.size(); ++done) {
    auto status = expand(static_cast<NodeId>(done), exprs_[done]);
    if (status) continue;
    Error error = std::move(status).error();
    const JsonValue* origin = reader_->algebra().origin(exprs_[done]);
    if (!error.message.starts_with("#") && origin != nullptr) {
      error = std::move(error).with_context(reader_->document().path_of(*origin));
    }
    return std::unexpected(std::move(error));
  }
  if (purpose_ == Purpose::kGenerate) {
    LAR_TRY(find_productive());
    if (!nodes_[id].productive) {
      return fail(Code::kInvalidArgument, "no value satisfies the schema");
    }
  }
  return id;
}

Result<NodeId> JsonPlan::node_of(ExprId expr) {
  const auto [at, fresh] = node_ids_.try_emplace(expr, static_cast<NodeId>(nodes_.size()));
  if (fresh) {
    if (nodes_.size() >= kMaxNodes) return over_limit("subschemas", kMaxNodes);
    nodes_.emplace_back();
    exprs_.push_back(expr);
  }
  return at->second;
}

Result<void> JsonPlan::expand(NodeId id, ExprId expr) {
  LAR_TRY(const ValueSet* resolved, reader_->algebra().resolve(expr));
  ValueSet narrowed;
  const ValueSet* set = resolved;
  if (purpose_ == Purpose::kGenerate) {
    narrowed = *resolved;
    reader_->algebra().for_each_schema(expr, [&](const JsonValue& schema) {
      narrowed = reader_->of_implied_type(schema, narrowed);
    });
    set = &narrowed;
  }
  PlanNode node{.null = set->null, .yes = set->yes, .no = set->no};
  for (const NumberAlt& alt : set->numbers) {
    PlanNumber number{.alt = alt};
    if (purpose_ == Purpose::kGenerate) {
      if (alt.spelling == Spelling::kFraction) continue;  // whole numbers with a point
      LAR_TRY(number.range, NumberRange::create(alt));
      if (number.range.empty()) continue;
    }
    node.numbers.push_back(static_cast<uint32_t>(numbers_.size()));
    numbers_.push_back(std::move(number));
  }
  node.strings = set->strings;
  for (const ArrayAlt& alt : set->arrays) {
    LAR_TRY(const uint32_t index, add_array(alt));
    node.arrays.push_back(index);
  }
  for (const ObjectAlt& alt : set->objects) {
    LAR_TRY(const uint32_t index, add_object(alt));
    node.objects.push_back(index);
  }
  nodes_[id] = std::move(node);
  return {};
}

// Every way the item can stand to the `contains` constraints that see it. A constraint with an
// upper bound needs to know of every item; one without may overlook some.
Result<std::vector<Choice>> JsonPlan::item_choices(const ArrayAlt& alt, uint32_t index) {
  ValueAlgebra& algebra = reader_->algebra();
  std::vector<Choice> choices;
  for (uint32_t bits = 0; bits < (1U << alt.contains.size()); ++bits) {
    ExprId value = alt.item(index);
    bool possible = true;
    for (size_t c = 0; c < alt.contains.size(); ++c) {
      const Contains& constraint = alt.contains[c];
      const bool in = (bits >> c & 1U) != 0;
      if (index < constraint.from) {
        possible = possible && !in;
      } else if (in) {
        value = algebra.both(value, constraint.value);
      } else if (constraint.max != kNoLimit) {
        value = algebra.both(value, algebra.negation(constraint.value));
      }
    }
    if (!possible || value == kNoValue) continue;
    LAR_TRY(const NodeId node, node_of(value));
    choices.push_back({node, bits});
  }
  return choices;
}

Result<uint32_t> JsonPlan::add_array(const ArrayAlt& alt) {
  if (alt.contains.size() > kMaxContains) {
    return over_limit("contains (with those that not, oneOf and items imply)", kMaxContains);
  }
  PlanArray out{.min = alt.min, .max = alt.max, .contains = alt.contains, .unique = alt.unique};
  size_t distinct = alt.prefix.size();
  for (const Contains& c : alt.contains) distinct = std::max<size_t>(distinct, c.from);
  for (uint32_t i = 0; i <= distinct; ++i) {
    LAR_TRY(out.items.emplace_back(), item_choices(alt, i));
    if (out.items.back().empty()) {
      out.max = std::min(out.max, i);
      break;
    }
  }
  if (out.max <= 1) out.unique = false;
  if (out.unique && purpose_ == Purpose::kGenerate && (distinct > 0 || !alt.contains.empty())) {
    return fail(Code::kUnsupported, "uniqueItems with prefixItems or contains is not generated");
  }
  arrays_.push_back(std::move(out));
  return static_cast<uint32_t>(arrays_.size() - 1);
}

// The classes of undeclared keys, split so that each is inside or outside every has-constraint.
// Where members are counted, classes of few keys become declared properties: that keeps the
// number of members that can follow exact.
Result<std::vector<KeyClass>> JsonPlan::prepare_classes(const ObjectAlt& alt,
                                                        std::vector<Property>& properties) {
  constexpr size_t kFewKeys = 256;
  ValueAlgebra& algebra = reader_->algebra();
  std::vector<KeyClass> classes = alt.classes;
  for (const Has& has : alt.has) {
    std::vector<KeyClass> finer;
    for (const KeyClass& c : classes) {
      LAR_TRY(const DfaId inside, algebra.combine(c.keys, has.keys, Dfa::Op::kAnd));
      LAR_TRY(const DfaId outside, algebra.combine(c.keys, has.keys, Dfa::Op::kMinus));
      if (!dfa(inside).empty()) finer.push_back({inside, c.value});
      if (!dfa(outside).empty()) finer.push_back({outside, c.value});
    }
    if (finer.size() > kMaxKeyClasses) return over_limit("kinds of keys", kMaxKeyClasses);
    classes = std::move(finer);
  }
  if (purpose_ != Purpose::kGenerate) return classes;
  const bool needed = alt.min > 0 || !alt.has.empty();
  if (alt.openness == Openness::kImplicit && !properties.empty() && alt.min <= properties.size() &&
      alt.has.empty()) {
    classes.clear();  // what the schema leaves open is not offered
  }
  std::vector<KeyClass> kept;
  for (const KeyClass& c : classes) {
    auto few = needed ? dfa(c.keys).enumerate(kFewKeys) : std::nullopt;
    if (!few) {
      // Declared names are matched first; a class must not seem open because of them alone.
      DfaId keys = c.keys;
      if (keys != kAnyString) {
        std::vector<std::string> taken;
        for (const Property& p : properties) {
          if (dfa(keys).accepts(p.name)) taken.push_back(p.name);
        }
        if (!taken.empty()) {
          LAR_TRY(Dfa names, Dfa::of_strings(taken));
          LAR_TRY(const DfaId id, algebra.add_dfa(std::move(names)));
          LAR_TRY(keys, algebra.combine(keys, id, Dfa::Op::kMinus));
        }
      }
      const Dfa& left = dfa(keys);
      if (left.empty()) continue;
      if (alt.min > kFewKeys && left.longest(left.start()) != Dfa::kUnbounded) {
        return fail(Code::kUnsupported, "minProperties over " + std::to_string(kFewKeys) +
                                            " with a limited set of names is not supported");
      }
      kept.push_back({keys, c.value});
      continue;
    }
    std::ranges::sort(*few);
    for (std::string& name : *few) {
      const bool declared =
          std::ranges::any_of(properties, [&](const Property& p) { return p.name == name; });
      if (!declared) properties.push_back({std::move(name), c.value, false});
    }
  }
  return kept;
}

Result<uint32_t> JsonPlan::add_object(const ObjectAlt& alt) {
  if (alt.has.size() > kMaxHas) {
    return over_limit("members demanded by not, oneOf or if", kMaxHas);
  }
  ValueAlgebra& algebra = reader_->algebra();
  PlanObject out{.min = alt.min, .max = alt.max};
  out.has_bits = (1U << alt.has.size()) - 1;
  out.counts = alt.min > 0 || alt.max != kNoLimit;
  std::vector<Property> properties = alt.properties;
  LAR_TRY(const std::vector<KeyClass> classes, prepare_classes(alt, properties));
  const auto choices_of = [&](ExprId value, uint32_t seen_by) -> Result<std::vector<Choice>> {
    std::vector<Choice> choices;
    for (uint32_t bits = 0; bits <= out.has_bits; ++bits) {
      if ((bits & ~seen_by) != 0) continue;
      ExprId narrowed = value;
      for (size_t h = 0; h < alt.has.size(); ++h) {
        if ((bits >> h & 1U) != 0) narrowed = algebra.both(narrowed, alt.has[h].value);
      }
      if (narrowed == kNoValue) continue;
      LAR_TRY(const NodeId node, node_of(narrowed));
      choices.push_back({node, bits});
    }
    return choices;
  };
  for (Property& p : properties) {
    uint32_t seen_by = 0;
    for (size_t h = 0; h < alt.has.size(); ++h) {
      if (dfa(alt.has[h].keys).accepts(p.name)) seen_by |= 1U << h;
    }
    PlanProperty property{.name = std::move(p.name), .required = p.required};
    LAR_TRY(property.choices, choices_of(p.value, seen_by));
    out.properties.push_back(std::move(property));
  }
  for (const KeyClass& c : classes) {
    uint32_t seen_by = 0;
    for (size_t h = 0; h < alt.has.size(); ++h) {
      LAR_TRY(const DfaId common, algebra.combine(c.keys, alt.has[h].keys, Dfa::Op::kAnd));
      if (!dfa(common).empty()) seen_by |= 1U << h;
    }
    PlanClass planned{.keys = c.keys};
    LAR_TRY(planned.choices, choices_of(c.value, seen_by));
    out.any_key_free |= c.keys == kAnyString;
    if (!planned.choices.empty()) out.classes.push_back(std::move(planned));
  }
  LAR_TRY(build_trie(out));
  objects_.push_back(std::move(out));
  return static_cast<uint32_t>(objects_.size() - 1);
}

Result<void> JsonPlan::build_trie(PlanObject& object) {
  KeyTrie& trie = object.keys;
  for (uint32_t i = 0; i < object.properties.size(); ++i) {
    uint32_t at = 0;
    trie.nodes[0].properties.push_back(i);
    for (std::string_view rest = object.properties[i].name; !rest.empty();) {
      const Utf8Char c = utf8_next(rest);
      rest.remove_prefix(c.bytes);
      uint32_t to = trie.next(at, c.code_point);
      if (to == KeyTrie::kNone) {
        if (++trie_nodes_ > kMaxTrieNodes) return over_limit("characters of names", kMaxTrieNodes);
        to = static_cast<uint32_t>(trie.nodes.size());
        trie.nodes.emplace_back();
        auto& children = trie.nodes[at].children;
        const auto where = std::ranges::lower_bound(children, c.code_point, {},
                                                    &std::pair<char32_t, uint32_t>::first);
        children.insert(where, {c.code_point, to});
      }
      at = to;
      trie.nodes[at].properties.push_back(i);
    }
    trie.nodes[at].property = i;
  }
  return {};
}

bool JsonPlan::compares_text() const {
  return std::ranges::any_of(arrays_, &PlanArray::unique) ||
         std::ranges::any_of(objects_, [](const PlanObject& object) {
           return object.min > 0 && !object.classes.empty();
         });
}

}  // namespace lar::constrain

// ValueAlgebra: automata of strings, and the complements of alternatives.
#include <algorithm>

#include "constrain/value_algebra.h"

namespace lar::constrain {

Result<DfaId> ValueAlgebra::add_dfa(Dfa dfa) {
  if (dfa.universal()) return kAnyString;
  dfa_cells_ += dfa.cells();
  if (dfa_cells_ > kMaxDfaTotalCells) {
    return fail(Code::kResourceExhausted, "the strings of the schema need too large automata");
  }
  dfas_.push_back(std::move(dfa));
  return static_cast<DfaId>(dfas_.size() - 1);
}

Result<DfaId> ValueAlgebra::combine(DfaId a, DfaId b, Dfa::Op op) {
  if (op != Dfa::Op::kMinus) {
    if (a == b) return a;
    if (a > b) std::swap(a, b);
    if (a == kAnyString) return op == Dfa::Op::kAnd ? b : kAnyString;
  }
  const auto [at, fresh] = combined_.try_emplace({a, b, static_cast<int>(op)}, kAnyString);
  if (!fresh) return at->second;
  auto dfa = Dfa::combine(dfas_[a], dfas_[b], op);
  auto id = dfa ? add_dfa(std::move(*dfa)) : Result<DfaId>(std::unexpected(dfa.error()));
  if (!id) {
    combined_.erase(at);
    return id;
  }
  at->second = *id;
  return *id;
}

Result<std::optional<StringAlt>> ValueAlgebra::normalize(StringAlt alt) {
  if (alt.min > alt.max || dfa(alt.dfa).empty()) return std::nullopt;
  if (alt.dfa == kAnyString) return alt;
  const Dfa* strings = &dfa(alt.dfa);
  const uint32_t shortest = strings->shortest(strings->start());
  const uint32_t longest = strings->longest(strings->start());
  if (shortest > alt.max || (longest != Dfa::kUnbounded && longest < alt.min)) return std::nullopt;
  if (shortest >= alt.min) alt.min = 0;
  if (longest != Dfa::kUnbounded && longest <= alt.max) alt.max = kNoLimit;
  if (alt.min == 0 || alt.max == kNoLimit) return alt;
  // Both bounds bite: whether a string can still end between them is a question about the
  // automaton, unless the bounds are far enough apart (then some length between them is met).
  const auto known = lengths_.find({alt.min, alt.max});
  DfaId length = known == lengths_.end() ? kAnyString : known->second;
  if (known == lengths_.end()) {
    auto made = Dfa::of_length(alt.min, alt.max);
    if (made) {
      LAR_TRY(length, add_dfa(std::move(*made)));
      lengths_[{alt.min, alt.max}] = length;
    }
  }
  if (length != kAnyString) {
    if (auto exact = combine(alt.dfa, length, Dfa::Op::kAnd)) {
      if (dfa(*exact).empty()) return std::nullopt;
      return StringAlt{.dfa = *exact};
    }
  }
  if (alt.max - alt.min >= dfa(alt.dfa).states()) return alt;
  return fail(Code::kResourceExhausted,
              "minLength and maxLength together with pattern, format or enum are too large");
}

Result<DfaId> ValueAlgebra::as_dfa(const std::vector<StringAlt>& alts) {
  LAR_TRY(DfaId out, add_dfa(Dfa::none()));
  for (const StringAlt& alt : alts) {
    DfaId one = alt.dfa;
    if (alt.min > 0 || alt.max != kNoLimit) {
      LAR_TRY(Dfa length, Dfa::of_length(alt.min, alt.max));
      LAR_TRY(const DfaId bounds, add_dfa(std::move(length)));
      LAR_TRY(one, combine(one, bounds, Dfa::Op::kAnd));
    }
    LAR_TRY(out, combine(out, one, Dfa::Op::kOr));
  }
  return out;
}

Result<void> ValueAlgebra::unite_strings(std::vector<StringAlt>& into,
                                         const std::vector<StringAlt>& from) {
  for (const StringAlt& alt : from) {
    bool merged = false;
    for (StringAlt& have : into) {
      if (have.min != alt.min || have.max != alt.max) continue;
      const auto either = combine(have.dfa, alt.dfa, Dfa::Op::kOr);
      if (!either) continue;  // too large as one: they stay two alternatives
      have.dfa = *either;
      merged = true;
      break;
    }
    if (!merged) into.push_back(alt);
  }
  return {};
}

std::vector<NumberAlt> ValueAlgebra::complement(const NumberAlt& alt) {
  std::vector<NumberAlt> out;
  if (alt.spelling != Spelling::kAny) {
    out.emplace_back().spelling =
        alt.spelling == Spelling::kWhole ? Spelling::kFraction : Spelling::kWhole;
  }
  if (alt.values) {
    out.emplace_back().excluded = *alt.values;
    return out;
  }
  if (alt.low) {
    NumberAlt& below = out.emplace_back();
    below.high = alt.low;
    below.high_excluded = !alt.low_excluded;
  }
  if (alt.high) {
    NumberAlt& above = out.emplace_back();
    above.low = alt.high;
    above.low_excluded = !alt.high_excluded;
  }
  for (const Decimal& step : alt.multiples) out.emplace_back().not_multiples = {step};
  for (const Decimal& step : alt.not_multiples) out.emplace_back().multiples = {step};
  if (!alt.excluded.empty()) out.emplace_back().values = alt.excluded;
  return out;
}

Result<std::vector<StringAlt>> ValueAlgebra::complement(const StringAlt& alt) {
  std::vector<StringAlt> out;
  if (alt.dfa != kAnyString) {
    StringAlt other;
    LAR_TRY(other.dfa, combine(kAnyString, alt.dfa, Dfa::Op::kMinus));
    if (!dfa(other.dfa).empty()) out.push_back(other);
  }
  if (alt.min > 0) out.push_back({.max = alt.min - 1});
  if (alt.max != kNoLimit) out.push_back({.min = alt.max + 1});
  return out;
}

Result<std::vector<ArrayAlt>> ValueAlgebra::complement(const ArrayAlt& alt) {
  if (alt.unique) {
    return fail(Code::kUnsupported, "uniqueItems under not, oneOf or if is not supported");
  }
  std::vector<ArrayAlt> out;
  if (alt.min > 0) out.push_back({.max = alt.min - 1});
  if (alt.max != kNoLimit) out.push_back({.min = alt.max + 1});
  for (uint32_t i = 0; i < alt.prefix.size(); ++i) {
    if (alt.prefix[i] == kAllValues || i >= alt.max) continue;
    ArrayAlt differs{.prefix = std::vector<ExprId>(i, kAllValues), .min = i + 1};
    differs.prefix.push_back(negation(alt.prefix[i]));
    out.push_back(std::move(differs));
  }
  const auto count = static_cast<uint32_t>(alt.prefix.size());
  if (alt.rest != kAllValues && alt.max > count) {
    out.push_back({.contains = {{.value = negation(alt.rest), .from = count}}});
  }
  for (const Contains& c : alt.contains) {
    if (c.min > 0) {
      out.push_back({.contains = {{.value = c.value, .min = 0, .max = c.min - 1, .from = c.from}}});
    }
    if (c.max != kNoLimit) {
      out.push_back({.contains = {{.value = c.value, .min = c.max + 1, .from = c.from}}});
    }
  }
  LAR_TRY(spend(out.size()));
  return out;
}

Result<std::vector<ObjectAlt>> ValueAlgebra::complement(const ObjectAlt& alt) {
  std::vector<ObjectAlt> out;
  const auto add = [&]() -> ObjectAlt& { return out.emplace_back(ObjectAlt{.classes = {{}}}); };
  LAR_TRY(spend(alt.properties.size() + 1));
  for (const Property& p : alt.properties) {
    if (p.required) add().properties.push_back({p.name, kNoValue, false});
    if (p.value != kAllValues) add().properties.push_back({p.name, negation(p.value), true});
  }
  if (alt.min > 0) add().max = alt.min - 1;
  if (alt.max != kNoLimit) add().min = alt.max + 1;
  // Keys that are no declared property, and of those the ones in no class.
  DfaId others = kAnyString;
  const bool open = alt.classes.size() == 1 && alt.classes[0].keys == kAnyString &&
                    alt.classes[0].value == kAllValues;
  if (!open && !alt.properties.empty()) {
    std::vector<std::string> names;
    for (const Property& p : alt.properties) names.push_back(p.name);
    LAR_TRY(Dfa declared, Dfa::of_strings(names));
    LAR_TRY(const DfaId id, add_dfa(std::move(declared)));
    LAR_TRY(others, combine(kAnyString, id, Dfa::Op::kMinus));
  }
  DfaId outside = others;
  for (const KeyClass& c : alt.classes) {
    if (!open && c.value != kAllValues) {
      LAR_TRY(const DfaId keys, combine(others, c.keys, Dfa::Op::kAnd));
      if (!dfa(keys).empty()) add().has.push_back({keys, negation(c.value)});
    }
    LAR_TRY(outside, combine(outside, c.keys, Dfa::Op::kMinus));
  }
  if (!dfa(outside).empty()) add().has.push_back({outside, kAllValues});
  for (const Has& h : alt.has) {  // no such member: its keys become a class of their own
    ObjectAlt& without = add();
    LAR_TRY(const DfaId rest, combine(kAnyString, h.keys, Dfa::Op::kMinus));
    without.classes = {{h.keys, negation(h.value)}, {rest, kAllValues}};
    std::erase_if(without.classes,
                  [&](const KeyClass& c) { return dfa(c.keys).empty() || c.value == kNoValue; });
  }
  return out;
}

}  // namespace lar::constrain

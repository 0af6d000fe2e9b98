// JsonRules: objects and their keys.
#include <algorithm>
#include <set>

#include "base/utf8.h"
#include "constrain/json_rules.h"

namespace lar::constrain {
namespace {

// Words of a context: [kContext, object, place, count, bits, values]. `place` is the next declared
// property (generation) or the set of those seen (check); `values` the undeclared keys seen while
// their number matters.
enum : uint32_t { kObjectWord = 1, kPlaceWord, kCountWord, kBitsWord, kValuesWord };

// Words of a key: [kKey, context, trie node, lexer, avoided values, their depth, class states...].
enum : uint32_t { kTrieWord = 2, kLexWord, kAvoidWord, kDepthWord, kClassWord };

enum ObjectPhase : uint32_t { kOpen, kAfterMember, kAfterComma, kAfterKey, kAfterColon };

constexpr char32_t kFewChars = 64;  // after which part of a character is as good as any

// Targets of keys: a declared property, or a class of undeclared keys.
constexpr uint32_t kExtra = 1U << 31;

}  // namespace

std::vector<uint32_t> JsonRules::subset(uint32_t set) const {
  if (set == 0) return {};
  const auto words = states_.key(set);
  return {words.begin() + 1, words.end()};
}

std::string JsonRules::raw_text_of(uint32_t text) const {
  std::string out;
  while (text != no_text_) {
    const auto words = states_.key(text);
    out.push_back(static_cast<char>(words[2]));
    text = words[1];
  }
  std::ranges::reverse(out);
  return out;
}

bool JsonRules::can_close_object(const Key& context) const {
  const PlanObject& object = plan_->object(context[kObjectWord]);
  if (generating()) {
    return JsonPlan::can_close(object, context[kPlaceWord], context[kCountWord],
                               context[kBitsWord]);
  }
  if (context[kCountWord] < object.min || context[kCountWord] > object.max ||
      context[kBitsWord] != object.has_bits) {
    return false;
  }
  const std::vector<uint32_t> seen = subset(context[kPlaceWord]);
  for (uint32_t i = 0; i < object.properties.size(); ++i) {
    const bool present = i / 32 < seen.size() && (seen[i / 32] >> (i % 32) & 1U) != 0;
    if (object.properties[i].required && !present) return false;
  }
  return true;
}

bool JsonRules::tracks_extras(const Key& context) const {
  return generating() && context[kCountWord] < plan_->object(context[kObjectWord]).min;
}

std::optional<StateId> JsonRules::after_member(const Key& context,
                                               uint32_t target,
                                               uint32_t values,
                                               uint32_t bits) {
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const bool extra = (target & kExtra) != 0;
  Key next = context;
  next[kCountWord] = JsonPlan::cap_count(object, context[kCountWord] + 1);
  next[kBitsWord] |= bits;
  if (object.counts && next[kCountWord] > object.max) return std::nullopt;
  if (!generating()) {
    if (extra) return intern(next);
    std::vector<uint32_t> seen = subset(context[kPlaceWord]);
    seen.resize((object.properties.size() + 31) / 32, 0);
    seen[target / 32] |= 1U << (target % 32);
    seen.insert(seen.begin(), kSet);
    next[kPlaceWord] = intern(seen);
    return intern(next);
  }
  next[kPlaceWord] = extra ? static_cast<uint32_t>(object.properties.size()) : target + 1;
  if (!plan_->can_finish(object, next[kPlaceWord], next[kCountWord], next[kBitsWord])) {
    return std::nullopt;
  }
  next[kValuesWord] = !tracks_extras(next) ? 0 : extra ? values : context[kValuesWord];
  return intern(next);
}

bool JsonRules::property_allowed(const Key& context, uint32_t index) const {
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const PlanProperty& property = object.properties[index];
  if (property.choices.empty()) return false;
  if (!generating()) {
    const std::vector<uint32_t> seen = subset(context[kPlaceWord]);
    return index / 32 >= seen.size() || (seen[index / 32] >> (index % 32) & 1U) == 0;
  }
  const uint32_t place = context[kPlaceWord];
  if (index < place || index > object.next_required[place]) return false;
  const uint32_t count = JsonPlan::cap_count(object, context[kCountWord] + 1);
  return std::ranges::any_of(property.choices, [&](Choice c) {
    return plan_->can_finish(object, index + 1, count, context[kBitsWord] | c.bits);
  });
}

bool JsonRules::extras_allowed(const Key& context) const {
  const PlanObject& object = plan_->object(context[kObjectWord]);
  if (object.classes.empty()) return false;
  if (!generating()) return true;
  const auto size = static_cast<uint32_t>(object.properties.size());
  if (object.next_required[context[kPlaceWord]] < size) return false;
  const uint32_t count = JsonPlan::cap_count(object, context[kCountWord] + 1);
  return std::ranges::any_of(object.classes, [&](const PlanClass& extra) {
    return std::ranges::any_of(extra.choices, [&](Choice c) {
      return plan_->can_finish(object, size, count, context[kBitsWord] | c.bits);
    });
  });
}

bool JsonRules::member_allowed(const Key& context, uint32_t target) const {
  if ((target & kExtra) == 0) return property_allowed(context, target);
  if (!generating()) return true;
  const PlanObject& object = plan_->object(context[kObjectWord]);
  if (object.next_required[context[kPlaceWord]] < object.properties.size()) return false;
  const uint32_t count = JsonPlan::cap_count(object, context[kCountWord] + 1);
  const auto size = static_cast<uint32_t>(object.properties.size());
  return std::ranges::any_of(object.classes[target & ~kExtra].choices, [&](Choice c) {
    return plan_->can_finish(object, size, count, context[kBitsWord] | c.bits);
  });
}

// Whether the class, in state q, has a key left that is not avoided.
bool JsonRules::extra_viable(const PlanClass& c, uint32_t q, Avoid avoid) const {
  const Dfa& dfa = plan_->dfa(c.keys);
  const std::vector<uint32_t> avoided = subset(avoid.values);
  if (avoided.empty() || dfa.longest(q) == Dfa::kUnbounded) return true;
  const auto endings = dfa.enumerate(avoided.size(), q);
  if (!endings) return true;  // more than are avoided
  std::set<std::string> taken;
  for (const uint32_t id : avoided) {
    if (id == kUnknownValue) return false;
    std::string rest;
    const std::u32string& chars = value_strings_[id];
    for (size_t i = avoid.depth; i + 1 < chars.size(); ++i) utf8_append(rest, chars[i]);
    taken.insert(std::move(rest));
  }
  return std::ranges::any_of(*endings, [&](const auto& end) { return !taken.contains(end); });
}

bool JsonRules::key_viable(const Key& key, const Key& context) {
  if (!generating()) return true;
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const LexState lex = key[kLexWord];
  const Avoid avoid{key[kAvoidWord], key[kDepthWord]};
  const bool canonical = lex_escaped(lex) && !object.any_key_free;
  const LexReach reach = lex_reach(lex);
  const auto allowed = [&](char32_t c) {
    if (canonical && !needs_escape(c)) return false;
    for (size_t i = 0; i < reach.count; ++i) {
      if (c >= reach.ranges[i].first && c <= reach.ranges[i].last) return true;
    }
    return false;
  };
  const uint32_t place = context[kPlaceWord];
  const auto leads_to_property = [&](const KeyTrie::Node& node) {
    auto at = std::ranges::lower_bound(node.properties, place);
    for (; at != node.properties.end() && *at <= object.next_required[place]; ++at) {
      if (property_allowed(context, *at)) return true;
    }
    return false;
  };
  if (key[kTrieWord] != KeyTrie::kNone) {
    const KeyTrie::Node& node = object.keys.nodes[key[kTrieWord]];
    if (lex == kBetweenChars && node.property != KeyTrie::kNone &&
        property_allowed(context, node.property)) {
      return true;
    }
    for (const auto& [c, child] : node.children) {
      if (allowed(c) && leads_to_property(object.keys.nodes[child])) return true;
    }
  }
  if (!extras_allowed(context)) return false;
  for (size_t i = 0; i < object.classes.size(); ++i) {
    const uint32_t q = key[kClassWord + i];
    const uint32_t target = kExtra | static_cast<uint32_t>(i);
    if (q == Dfa::kDead || !member_allowed(context, target)) continue;
    const PlanClass& extra = object.classes[i];
    if (lex == kBetweenChars) {
      if (extra_viable(extra, q, avoid)) return true;
      continue;
    }
    const Dfa& dfa = plan_->dfa(extra.keys);
    for (size_t r = 0; r < reach.count; ++r) {
      char32_t first = reach.ranges[r].first;
      char32_t last = reach.ranges[r].last;
      if (canonical) {
        // '"' and '\' are looked at one by one below; the control characters are a range.
        for (const char32_t c : {U'"', U'\\'}) {
          if (c >= first && c <= last && dfa.next(q, c) != Dfa::kDead) return true;
        }
        last = std::min<char32_t>(last, 0x1F);
      }
      if (first > last) continue;
      if (avoid.values == 0 || last - first > kFewChars) {
        if (dfa.any_next(q, first, last, [](uint32_t) { return true; })) return true;
        continue;
      }
      for (char32_t c = first; c <= last; ++c) {
        const uint32_t to = dfa.next(q, c);
        if (to != Dfa::kDead && extra_viable(extra, to, advance(avoid, c))) return true;
      }
    }
  }
  return false;
}

void JsonRules::step_object(const Key& key, uint8_t byte, MoveList& out) {
  const uint32_t phase = key[2];
  if (const auto seen = space(key[3], byte)) {
    Key next = key;
    next[3] = *seen;
    out.add(intern(next));
    return;
  }
  const Key context = this->key(key[1]);
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const auto first_key = [&] {
    Key words{kKey, key[1], 0, kBetweenChars, context[kValuesWord], 0};
    for (const PlanClass& c : object.classes) words.push_back(plan_->dfa(c.keys).start());
    return words;
  };
  switch (phase) {
    case kOpen:
    case kAfterComma:
    case kAfterMember:
      if (byte == '}' && phase != kAfterComma && can_close_object(context)) out.add(kDone);
      if (byte == '"' && phase != kAfterMember) {
        const Key words = first_key();
        if (key_viable(words, context)) out.add(intern(words));
      }
      if (byte == ',' && phase == kAfterMember && key_viable(first_key(), context)) {
        out.add(intern({kObject, key[1], kAfterComma, 0, 0, 0}));
      }
      break;
    case kAfterKey:
      if (byte == ':') out.add(intern({kObject, key[1], kAfterColon, 0, key[4], key[5]}));
      break;
    case kAfterColon: {
      const uint32_t target = key[4];
      const std::vector<Choice>& choices = (target & kExtra) != 0
                                               ? object.classes[target & ~kExtra].choices
                                               : object.properties[target].choices;
      for (const Choice choice : choices) {
        if (choice.bits != 0 && (choice.bits & ~context[kBitsWord]) == 0) continue;
        const auto after = after_member(context, target, key[5], choice.bits);
        if (!after) continue;
        start(choice.node, byte, intern({kObject, *after, kAfterMember, 0, 0, 0}), out);
      }
      break;
    }
    default: break;
  }
}

void JsonRules::step_key(const Key& key, uint8_t byte, MoveList& out) {
  const Key context = this->key(key[1]);
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const LexStep step = lex_byte(key[kLexWord], byte);
  Key next = key;
  switch (step.kind) {
    case LexStep::Kind::kInvalid: return;
    case LexStep::Kind::kPending:
      next[kLexWord] = step.state;
      if (key_viable(next, context)) out.add(intern(next));
      return;
    case LexStep::Kind::kChar: {
      if (step.escaped && generating() && !object.any_key_free && !needs_escape(step.value)) return;
      const bool raw = !step.escaped && is_never_raw(step.value);  // only declared keys have it so
      next[kLexWord] = kBetweenChars;
      bool alive = false;
      if (key[kTrieWord] != KeyTrie::kNone) {
        next[kTrieWord] = object.keys.next(key[kTrieWord], step.value);
        alive = next[kTrieWord] != KeyTrie::kNone;
      }
      for (size_t i = 0; i < object.classes.size(); ++i) {
        if (key[kClassWord + i] == Dfa::kDead) continue;
        if (raw) {
          next[kClassWord + i] = Dfa::kDead;
          continue;
        }
        next[kClassWord + i] =
            plan_->dfa(object.classes[i].keys).next(key[kClassWord + i], step.value);
        alive |= next[kClassWord + i] != Dfa::kDead;
      }
      if (!alive) return;
      const Avoid avoid = advance({key[kAvoidWord], key[kDepthWord]}, step.value);
      next[kAvoidWord] = avoid.values;
      next[kDepthWord] = avoid.depth;
      if (key_viable(next, context)) out.add(intern(next));
      return;
    }
    case LexStep::Kind::kClose: break;
  }
  uint32_t target = KeyTrie::kNone;
  if (key[kTrieWord] != KeyTrie::kNone) target = object.keys.nodes[key[kTrieWord]].property;
  for (size_t i = 0; target == KeyTrie::kNone && i < object.classes.size(); ++i) {
    if (plan_->dfa(object.classes[i].keys).accepts(key[kClassWord + i])) {
      target = kExtra | static_cast<uint32_t>(i);
    }
  }
  if (target == KeyTrie::kNone || !member_allowed(context, target)) return;
  uint32_t values = 0;
  if ((target & kExtra) != 0 && tracks_extras(context)) {
    if (is_avoided({key[kAvoidWord], key[kDepthWord]})) return;
    const auto seen = with_last_string(context[kValuesWord]);
    if (!seen) return;
    values = *seen;
  }
  out.add(intern({kObject, key[1], kAfterKey, 0, target, values}));
}

// A key that is no declared one any more, as long as one of its classes goes on.
FreeRun JsonRules::free_key_run(const Key& key, size_t slice) {
  const bool apart = key[kTrieWord] == KeyTrie::kNone && key[kLexWord] == kBetweenChars;
  if (!generating() || !apart || key[kAvoidWord] != 0) return {};
  const Key context = this->key(key[1]);
  if (!extras_allowed(context)) return {};
  const PlanObject& object = plan_->object(context[kObjectWord]);
  FreeRun run;
  for (uint32_t i = 0; i < object.classes.size(); ++i) {
    const uint32_t q = key[kClassWord + i];
    if (q == Dfa::kDead || !member_allowed(context, kExtra | i)) continue;
    run.chars = std::max(run.chars, free_chars(object.classes[i].keys, q, slice));
  }
  return run;
}

ContentRun JsonRules::key_content_run(const Key& key) {
  const Key context = this->key(key[1]);
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const bool free = generating() && object.any_key_free && key[kLexWord] == kBetweenChars &&
                    key[kAvoidWord] == 0 && extras_allowed(context);
  if (!free) return {};
  ContentRun run;
  for (uint32_t i = 0; i < object.classes.size(); ++i) {
    const PlanClass& extra = object.classes[i];
    if (plan_->dfa(extra.keys).universal() && member_allowed(context, kExtra | i)) {
      run.chars = kNoLimit;
    }
  }
  if (run.chars == 0 || key[kTrieWord] == KeyTrie::kNone) return run;
  // Here declared names begin, which escapes may spell.
  run.branches.set('\\');
  for (const auto& [c, child] : object.keys.nodes[key[kTrieWord]].children) {
    std::string first;
    utf8_append(first, c);
    run.branches.set(static_cast<uint8_t>(first[0]));
  }
  return run;
}

std::string JsonRules::explain(StateId state) {
  const Key words = key(state);
  const auto list_missing = [&](const Key& context) {
    const PlanObject& object = plan_->object(context[kObjectWord]);
    const std::vector<uint32_t> seen = generating() ? Key{} : subset(context[kPlaceWord]);
    std::string names;
    for (uint32_t i = 0; i < object.properties.size(); ++i) {
      const bool present = generating()
                               ? i < context[kPlaceWord]
                               : i / 32 < seen.size() && (seen[i / 32] >> (i % 32) & 1U) != 0;
      if (!object.properties[i].required || present) continue;
      names += (names.empty() ? "" : ", ") + object.properties[i].name;
    }
    return names;
  };
  switch (words[0]) {
    case kObject: {
      const Key context = key(words[1]);
      const PlanObject& object = plan_->object(context[kObjectWord]);
      if (words[2] == kAfterColon) return "a value the schema allows for this property";
      if (const std::string names = list_missing(context); !names.empty()) {
        return "the required property " + names;
      }
      if (context[kCountWord] < object.min) return "more properties (minProperties)";
      if (object.counts && context[kCountWord] >= object.max) {
        return "no more properties (maxProperties)";
      }
      return "";
    }
    case kKey: return "the name of a property the schema allows";
    case kArray: {
      const PlanArray& array = plan_->array(words[1]);
      if (words[4] < array.min) return "more items (minItems)";
      if (words[4] >= array.max) return "no more items (maxItems)";
      return words[2] == 1 ? "" : "an item the schema allows";
    }
    case kString:
      if (words[3] > 0) return "a longer string (minLength)";
      if (words[4] == 0) return "the end of the string (maxLength)";
      return words[1] == kAnyString ? "" : "a string that the schema allows";
    case kNumber:
    case kNumberText: return "a number that the schema allows";
    case kDocument: return words[1] == 0 ? "a value the schema allows" : "the end of the text";
    default: return "";
  }
}

}  // namespace lar::constrain

// JsonRules: objects and their keys.
#include <algorithm>

#include "base/utf8.h"
#include "constrain/json_rules.h"

namespace lar::constrain {
namespace {

// Words of a context: [kContext, object, place, count, bits, texts]. `place` is the next declared
// property (generation) or the set of those seen (check); `texts` the undeclared keys seen while
// their number matters.
enum : uint32_t { kObjectWord = 1, kPlaceWord, kCountWord, kBitsWord, kTextsWord };

enum ObjectPhase : uint32_t { kOpen, kAfterMember, kAfterComma, kAfterKey, kAfterColon };

// Targets of keys: a declared property, or a class of undeclared keys.
constexpr uint32_t kExtra = 1U << 31;

}  // namespace

std::vector<uint32_t> JsonRules::subset(uint32_t set) const {
  if (set == 0) return {};
  const auto words = states_.key(set);
  return {words.begin() + 1, words.end()};
}

std::string JsonRules::text_of(uint32_t text) const {
  std::u32string reversed;
  while (text != no_text_) {
    const auto words = states_.key(text);
    reversed.push_back(words[2]);
    text = words[1];
  }
  std::string out;
  for (size_t i = reversed.size(); i-- > 0;) utf8_append(out, reversed[i]);
  return out;
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
                                               uint32_t text,
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
  if (!tracks_extras(next)) {
    next[kTextsWord] = 0;
  } else if (extra) {
    std::vector<uint32_t> texts = subset(context[kTextsWord]);
    texts.insert(std::ranges::lower_bound(texts, text), text);
    texts.insert(texts.begin(), kTexts);
    next[kTextsWord] = intern(texts);
  }
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

bool JsonRules::member_allowed(const Key& context, uint32_t target, uint32_t text) {
  if ((target & kExtra) == 0) return property_allowed(context, target);
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const std::vector<uint32_t> seen = subset(context[kTextsWord]);
  if (std::ranges::binary_search(seen, text)) return false;
  if (!generating()) return true;
  if (object.next_required[context[kPlaceWord]] < object.properties.size()) return false;
  const uint32_t count = JsonPlan::cap_count(object, context[kCountWord] + 1);
  const auto size = static_cast<uint32_t>(object.properties.size());
  return std::ranges::any_of(object.classes[target & ~kExtra].choices, [&](Choice c) {
    return plan_->can_finish(object, size, count, context[kBitsWord] | c.bits);
  });
}

// Whether a key of the class that begins with `text` is left; the class is in state q.
bool JsonRules::extra_viable(const PlanClass& c, uint32_t q, uint32_t text, const Key& context) {
  constexpr size_t kFew = 64;
  const Dfa& dfa = plan_->dfa(c.keys);
  const std::vector<uint32_t> seen = subset(context[kTextsWord]);
  if (seen.empty() || dfa.longest(q) == Dfa::kUnbounded) return true;
  const auto endings = dfa.enumerate(kFew, q);
  if (!endings) return true;  // more than can have been seen
  std::vector<std::string> taken;
  for (const uint32_t t : seen) taken.push_back(text_of(t));
  const std::string begin = text_of(text);
  return std::ranges::any_of(*endings, [&](const std::string& end) {
    return std::ranges::find(taken, begin + end) == taken.end();
  });
}

bool JsonRules::key_viable(const Key& key, const Key& context) {
  if (!generating()) return true;
  const PlanObject& object = plan_->object(context[kObjectWord]);
  const LexState lex = key[3];
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
  if (key[2] != KeyTrie::kNone) {
    const KeyTrie::Node& node = object.keys.nodes[key[2]];
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
    const uint32_t q = key[5 + i];
    const uint32_t target = kExtra | static_cast<uint32_t>(i);
    if (q == Dfa::kDead || !member_allowed(context, target, UINT32_MAX)) continue;
    const PlanClass& extra = object.classes[i];
    if (lex == kBetweenChars) {
      if (extra_viable(extra, q, key[4], context)) return true;
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
      if (first <= last && dfa.any_next(q, first, last, [](uint32_t) { return true; })) return true;
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
    Key words{kKey, key[1], 0, kBetweenChars, no_text_};
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
  const LexStep step = lex_byte(key[3], byte);
  Key next = key;
  switch (step.kind) {
    case LexStep::Kind::kInvalid: return;
    case LexStep::Kind::kPending:
      next[3] = step.state;
      if (key_viable(next, context)) out.add(intern(next));
      return;
    case LexStep::Kind::kChar: {
      if (step.escaped && generating() && !object.any_key_free && !needs_escape(step.value)) return;
      next[3] = kBetweenChars;
      bool alive = false;
      if (key[2] != KeyTrie::kNone) {
        next[2] = object.keys.next(key[2], step.value);
        alive = next[2] != KeyTrie::kNone;
      }
      for (size_t i = 0; i < object.classes.size(); ++i) {
        if (key[5 + i] == Dfa::kDead) continue;
        next[5 + i] = plan_->dfa(object.classes[i].keys).next(key[5 + i], step.value);
        alive |= next[5 + i] != Dfa::kDead;
      }
      if (!alive) return;
      if (tracks_extras(context)) next[4] = intern({kText, key[4], step.value});
      if (key_viable(next, context)) out.add(intern(next));
      return;
    }
    case LexStep::Kind::kClose: break;
  }
  uint32_t target = KeyTrie::kNone;
  if (key[2] != KeyTrie::kNone) target = object.keys.nodes[key[2]].property;
  for (size_t i = 0; target == KeyTrie::kNone && i < object.classes.size(); ++i) {
    if (plan_->dfa(object.classes[i].keys).accepts(key[5 + i])) {
      target = kExtra | static_cast<uint32_t>(i);
    }
  }
  if (target == KeyTrie::kNone || !member_allowed(context, target, key[4])) return;
  const uint32_t text = (target & kExtra) != 0 ? key[4] : no_text_;
  out.add(intern({kObject, key[1], kAfterKey, 0, target, text}));
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

// JsonRules: items that must all differ. They are read inside the frame of their array, which
// remembers the values so far; only values that still can be new are begun.
#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "constrain/json_rules.h"

namespace lar::constrain {
namespace {

constexpr uint32_t kViableSteps = 4'000;

// Words of an item: [kUniqueItem, array after it (without this item), item, avoided strings, their
// depth, text of a number].
enum : uint32_t { kAfterWord = 1, kItemWord, kAvoidWord, kDepthWord, kTextWord };

constexpr char32_t kStringEnd = 0x110000;  // after the last character of a remembered string

// Equal values have equal canonical texts, whatever the spelling and the order of members.
void append_canonical(const JsonValue& value, std::string& out) {
  switch (value.kind) {
    case JsonValue::Kind::kNull: out += 'n'; break;
    case JsonValue::Kind::kFalse: out += 'f'; break;
    case JsonValue::Kind::kTrue: out += 't'; break;
    case JsonValue::Kind::kNumber: {
      const auto number = Decimal::parse(value.text);
      out += "#" + (number ? number->to_string() : value.text) + ";";
      break;
    }
    case JsonValue::Kind::kString:
      out += "\"" + std::to_string(value.text.size()) + ":" + value.text;
      break;
    case JsonValue::Kind::kArray:
      out += '[';
      for (const JsonValue& item : value.items) append_canonical(item, out);
      out += ']';
      break;
    case JsonValue::Kind::kObject: {
      std::map<std::string_view, const JsonValue*> members;
      for (const JsonMember& member : value.members) members.emplace(member.name, &member.value);
      out += '{';
      for (const auto& [name, member] : members) {
        out += std::to_string(name.size()) + ":";
        out += name;
        append_canonical(*member, out);
      }
      out += '}';
      break;
    }
  }
}

}  // namespace

uint32_t JsonRules::value_id(const JsonValue& value) {
  std::string canonical;
  append_canonical(value, canonical);
  const auto [at, fresh] =
      value_ids_.try_emplace(std::move(canonical), static_cast<uint32_t>(value_strings_.size()));
  if (fresh) {
    std::u32string& chars = value_strings_.emplace_back();
    if (value.is(JsonValue::Kind::kString)) {
      for (std::string_view rest = value.text; !rest.empty();) {
        const Utf8Char c = utf8_next(rest);
        chars.push_back(c.code_point);
        rest.remove_prefix(c.bytes);
      }
      chars.push_back(kStringEnd);
    }
  }
  return at->second;
}

std::optional<uint32_t> JsonRules::with_value(uint32_t seen, std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  return with_id(seen, value_id(*value));
}

std::optional<uint32_t> JsonRules::with_id(uint32_t seen, uint32_t id) {
  std::vector<uint32_t> all = subset(seen);
  const auto at = std::ranges::lower_bound(all, id);
  if (at != all.end() && *at == id) return std::nullopt;
  all.insert(at, id);
  all.insert(all.begin(), kValues);
  return intern(all);
}

// While masks are made only the end of the text is known. A string that began before it becomes
// an unknown value, and no second one is let in by the same token.
std::optional<uint32_t> JsonRules::with_last_string(uint32_t seen) {
  for (size_t i = text_.size(); i-- > 0;) {
    if (text_[i] != '"') continue;
    size_t escapes = 0;
    while (escapes < i && text_[i - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) return with_value(seen, std::string(text_.substr(i)) + '"');
  }
  return with_id(seen, kUnknownValue);
}

JsonRules::Avoid JsonRules::advance(Avoid avoid, char32_t c) {
  if (avoid.values == 0) return {};
  std::vector<uint32_t> left;
  for (const uint32_t id : subset(avoid.values)) {
    const bool unknown = id == kUnknownValue;
    if (unknown ||
        (value_strings_[id].size() > avoid.depth && value_strings_[id][avoid.depth] == c)) {
      left.push_back(id);
    }
  }
  if (left.empty()) return {};
  left.insert(left.begin(), kValues);
  return {intern(left), avoid.depth + 1};
}

bool JsonRules::is_avoided(Avoid avoid) const {
  if (avoid.values == 0) return false;
  return std::ranges::any_of(subset(avoid.values), [&](uint32_t id) {
    return id == kUnknownValue || (value_strings_[id].size() == size_t{avoid.depth} + 1 &&
                                   value_strings_[id][avoid.depth] == kStringEnd);
  });
}

// Whether an item in state `item` can still become a value that is not in `seen`; `number` is its
// text if it is a number.
bool JsonRules::unique_viable(
    StateId item, Avoid avoid, std::string& number, uint32_t seen, uint32_t& budget) {
  if (budget == 0) return false;
  --budget;
  const Key words = key(item);
  if (words[0] == kWord) return with_value(seen, kWords[words[1]]).has_value();
  if (words[0] == kString && words[5] == kBetweenChars && words[3] == 0 &&
      plan_->dfa(words[1]).accepts(words[2]) && !is_avoided(avoid)) {
    return true;
  }
  if (words[0] == kNumber && accepting(item) && with_value(seen, number)) return true;
  MoveList moves;
  for (unsigned b = 0; b < 256; ++b) {
    const auto byte = static_cast<uint8_t>(b ^ 'a');  // letters before control characters
    moves.clear();
    step(item, byte, moves);
    for (size_t m = 0; m < moves.size(); ++m) {
      if (moves[m][0] == kDone) continue;
      Avoid next = avoid;
      if (words[0] == kString) {
        const LexStep lexed = lex_byte(words[5], byte);
        if (lexed.kind == LexStep::Kind::kChar) next = advance(avoid, lexed.value);
      }
      number.push_back(static_cast<char>(byte));
      const bool viable = unique_viable(moves[m][0], next, number, seen, budget);
      number.pop_back();
      if (viable) return true;
    }
  }
  return false;
}

// Starts an item of `node`; `array` is the array after it.
void JsonRules::start_unique(const Key& array, NodeId node, uint8_t byte, MoveList& out) {
  const StateId after = intern(array);
  const uint32_t seen = array[array.size() - 2];
  MoveList items;
  start(node, byte, kDone, items);
  for (size_t i = 0; i < items.size(); ++i) {
    const StateId item = items[i][0];
    const bool string = states_.key(item)[0] == kString;
    const bool number = states_.key(item)[0] == kNumber;
    const Avoid avoid{string ? seen : 0, 0};
    std::string text(number ? 1 : 0, static_cast<char>(byte));
    uint32_t budget = kViableSteps;
    if (!unique_viable(item, avoid, text, seen, budget)) continue;
    const uint32_t first = number ? intern({kText, no_text_, byte}) : no_text_;
    out.add(intern({kUniqueItem, after, item, avoid.values, 0, first}));
  }
}

bool JsonRules::another_unique(const Key& array) {
  const PlanArray& plan = plan_->array(array[1]);
  MoveList items;
  for (const Choice choice : plan.at(array[4])) {
    for (unsigned b = 0; b < 128; ++b) {
      start_unique(array, choice.node, static_cast<uint8_t>(b), items);
      if (items.size() > 0) return true;
    }
  }
  return false;
}

void JsonRules::step_unique(const Key& key, uint8_t byte, MoveList& out) {
  const Key after = this->key(key[kAfterWord]);
  const Key words = this->key(key[kItemWord]);
  const uint32_t seen = after[after.size() - 2];
  const auto after_with = [&](uint32_t values) {
    Key next = after;
    next[next.size() - 2] = values;
    return next;
  };
  std::string number = raw_text_of(key[kTextWord]);
  if (words[0] == kNumber && accepting(key[kItemWord])) {  // the array may go on
    if (const auto grown = with_value(seen, number)) step_array(after_with(*grown), byte, out);
  }
  Avoid avoid{key[kAvoidWord], key[kDepthWord]};
  if (words[0] == kString) {
    const LexStep lexed = lex_byte(words[5], byte);
    if (lexed.kind == LexStep::Kind::kChar) avoid = advance(avoid, lexed.value);
  }
  MoveList moves;
  step(key[kItemWord], byte, moves);
  number.push_back(static_cast<char>(byte));
  for (size_t i = 0; i < moves.size(); ++i) {
    const StateId item = moves[i][0];
    if (item == kDone) {
      if (words[0] == kString && is_avoided(avoid)) continue;
      const auto grown =
          words[0] == kString ? with_last_string(seen) : with_value(seen, kWords[words[1]]);
      if (grown) out.add(intern(after_with(*grown)));
      continue;
    }
    uint32_t budget = kViableSteps;
    if (!unique_viable(item, avoid, number, seen, budget)) continue;
    const uint32_t text =
        words[0] == kNumber ? intern({kText, key[kTextWord], byte}) : key[kTextWord];
    out.add(intern({kUniqueItem, key[kAfterWord], item, avoid.values, avoid.depth, text}));
  }
}

}  // namespace lar::constrain

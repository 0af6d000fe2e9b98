// JsonRules: items that must all differ. They are read inside the frame of their array, which
// remembers the values so far; only values that still can be new are begun.
#include <algorithm>
#include <array>

#include "constrain/json_rules.h"

namespace lar::constrain {
namespace {

constexpr uint32_t kViableSteps = 4'000;

// Words of an item: [kUniqueItem, array after it (without this item), item, text].
enum : uint32_t { kAfterWord = 1, kItemWord, kTextWord };

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

std::optional<uint32_t> JsonRules::with_value(uint32_t seen, std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  std::string canonical;
  append_canonical(*value, canonical);
  const auto id = values_.try_emplace(std::move(canonical), static_cast<uint32_t>(values_.size()));
  std::vector<uint32_t> all = subset(seen);
  const auto at = std::ranges::lower_bound(all, id.first->second);
  if (at != all.end() && *at == id.first->second) return std::nullopt;
  all.insert(at, id.first->second);
  all.insert(all.begin(), kTexts);
  return intern(all);
}

// Whether an item that began with `text` and is in state `item` can still become a new value.
bool JsonRules::unique_viable(StateId item, std::string& text, uint32_t seen, uint32_t& budget) {
  if (budget == 0) return false;
  --budget;
  if (accepting(item) && with_value(seen, text)) return true;
  MoveList moves;
  // The end of a string first, then what is likely to be allowed.
  for (unsigned i = 0; i < 256; ++i) {
    const auto byte = static_cast<uint8_t>(i < 2 ? (i == 0 ? '"' : 'a') : i - 2);
    moves.clear();
    step(item, byte, moves);
    for (size_t m = 0; m < moves.size(); ++m) {
      text.push_back(static_cast<char>(byte));
      const StateId next = moves[m][0];
      const bool viable = next == kDone ? with_value(seen, text).has_value()
                                        : unique_viable(next, text, seen, budget);
      text.pop_back();
      if (viable) return true;
    }
  }
  return false;
}

// Starts an item of `node`; `array` is the array after it.
void JsonRules::start_unique(const Key& array, NodeId node, uint8_t byte, MoveList& out) {
  const StateId after = intern(array);
  MoveList items;
  start(node, byte, kDone, items);
  for (size_t i = 0; i < items.size(); ++i) {
    std::string text(1, static_cast<char>(byte));
    uint32_t budget = kViableSteps;
    if (!unique_viable(items[i][0], text, array[array.size() - 2], budget)) continue;
    out.add(intern({kUniqueItem, after, items[i][0], intern({kText, no_text_, byte})}));
  }
}

bool JsonRules::another_unique(const Key& array) {
  const PlanArray& plan = plan_->array(array[1]);
  MoveList items;
  for (const Choice choice : plan.at(array[4])) {
    for (unsigned b = 0; b < 128; ++b) {
      items.clear();
      start(choice.node, static_cast<uint8_t>(b), kDone, items);
      for (size_t i = 0; i < items.size(); ++i) {
        std::string text(1, static_cast<char>(b));
        uint32_t budget = kViableSteps;
        if (unique_viable(items[i][0], text, array[array.size() - 2], budget)) return true;
      }
    }
  }
  return false;
}

void JsonRules::step_unique(const Key& key, uint8_t byte, MoveList& out) {
  Key after = this->key(key[kAfterWord]);
  const uint32_t seen = after[after.size() - 2];
  std::string text = raw_text_of(key[kTextWord]);
  if (accepting(key[kItemWord])) {  // a number: the array may go on
    if (const auto grown = with_value(seen, text)) {
      Key next = after;
      next[next.size() - 2] = *grown;
      step_array(next, byte, out);
    }
  }
  MoveList moves;
  step(key[kItemWord], byte, moves);
  text.push_back(static_cast<char>(byte));
  for (size_t i = 0; i < moves.size(); ++i) {
    const StateId item = moves[i][0];
    if (item == kDone) {
      const auto grown = with_value(seen, text);
      if (!grown) continue;
      Key next = after;
      next[next.size() - 2] = *grown;
      out.add(intern(next));
      continue;
    }
    uint32_t budget = kViableSteps;
    if (!unique_viable(item, text, seen, budget)) continue;
    out.add(intern({kUniqueItem, key[kAfterWord], item, intern({kText, key[kTextWord], byte})}));
  }
}

}  // namespace lar::constrain

#include "constrain/json_rules.h"

#include <algorithm>
#include <array>

namespace lar::constrain {
namespace {

constexpr uint32_t kNoItem = UINT32_MAX;

// Generated white space: nothing, one blank, or one or two line ends with an indentation.
constexpr uint32_t kOneBlank = 1;
constexpr uint32_t kLineEnds = 2;
constexpr uint32_t kIndent = 4;
constexpr uint32_t kIndentMax = kIndent + 31;

void emit(StateId after, StateId state, MoveList& out) {
  if (after == kDone) {
    out.add(state);
  } else {
    const std::array<StateId, 2> frames{after, state};
    out.add(frames);
  }
}

}  // namespace

JsonRules::JsonRules(Interner& states, std::unique_ptr<JsonPlan> plan, JsonStyle style)
    : states_(states),
      plan_(std::move(plan)),
      words_(style.words == Words::kPython ? kPythonWords : kWords),
      never_raw_(style.never_raw) {
  no_text_ = intern({kText, 0, 0});
}

JsonRules::Key JsonRules::key(StateId state) const {
  const auto words = states_.key(state);
  return {words.begin(), words.end()};
}

StateId JsonRules::intern(std::initializer_list<uint32_t> words) {
  return states_.intern({words.begin(), words.size()});
}

std::optional<uint32_t> JsonRules::space(uint32_t seen, uint8_t byte) const {
  const bool blank = byte == ' ' || byte == '\t';
  if (!generating()) {
    return blank || byte == '\n' || byte == '\r' ? std::optional<uint32_t>(0) : std::nullopt;
  }
  if (byte == ' ' && seen == 0) return kOneBlank;
  if (byte == '\n' && seen == 0) return kLineEnds;
  if (byte == '\n' && seen == kLineEnds) return kLineEnds + 1;
  if (blank && (seen == kLineEnds || seen == kLineEnds + 1)) return kIndent;
  if (blank && seen >= kIndent && seen < kIndentMax) return seen + 1;
  return std::nullopt;
}

StateId JsonRules::document(NodeId node) {
  return intern({kDocument, 0, 0, node});
}

void JsonRules::start(NodeId id, uint8_t byte, StateId after, MoveList& out) {
  const PlanNode& node = plan_->node(id);
  const std::array<bool, 3> may{node.null, node.yes, node.no};
  for (uint32_t word = 0; word < may.size(); ++word) {
    if (may[word] && static_cast<char>(byte) == words_[word].front()) {
      return emit(after, intern({kWord, word, 1}), out);
    }
  }
  switch (byte) {
    case '"': start_string(node, after, out); break;
    case '[':
      for (const uint32_t a : node.arrays) {
        Key words{kArray, a, 0, 0, 0};
        words.resize(words.size() + plan_->array(a).contains.size(), 0);
        if (plan_->array(a).unique) words.insert(words.end(), {0, kNoItem});
        emit(after, intern(words), out);
      }
      break;
    case '{':
      for (const uint32_t o : node.objects) {
        const StateId context = intern({kContext, o, 0, 0, 0, 0});
        emit(after, intern({kObject, context, 0, 0, 0, 0}), out);
      }
      break;
    default: start_number(id, node, byte, after, out);
  }
}

void JsonRules::start_string(const PlanNode& node, StateId after, MoveList& out) {
  for (const StringAlt& alt : node.strings) {
    const uint32_t q = plan_->dfa(alt.dfa).start();
    emit(after, intern({kString, alt.dfa, q, alt.min, alt.max, kBetweenChars}), out);
  }
}

void JsonRules::start_number(
    NodeId id, const PlanNode& node, uint8_t byte, StateId after, MoveList& out) {
  if (byte != '-' && (byte < '0' || byte > '9')) return;
  MoveList moves;
  if (generating()) {
    for (const uint32_t n : node.numbers) step_number({kNumber, n, 0, 0, 0, 0, 0, 0}, byte, moves);
  } else if (!node.numbers.empty()) {
    step_number_text({kNumberText, id}, byte, moves);
  }
  for (size_t i = 0; i < moves.size(); ++i) emit(after, moves[i][0], out);
}

void JsonRules::step(StateId state, uint8_t byte, MoveList& out) {
  const Key words = key(state);
  switch (words[0]) {
    case kDocument:
      if (const auto seen = space(words[2], byte); seen && !generating()) {
        out.add(intern({kDocument, words[1], *seen, words[3]}));
      } else if (words[1] == 0) {
        start(words[3], byte, intern({kDocument, 1, 0, words[3]}), out);
      }
      break;
    case kWord: {
      const std::string_view word = words_[words[1]];
      if (word[words[2]] != static_cast<char>(byte)) break;
      const bool end = words[2] + 1 == word.size();
      out.add(end ? kDone : intern({kWord, words[1], words[2] + 1}));
      break;
    }
    case kString: step_string(words, byte, out); break;
    case kNumber: step_number(words, byte, out); break;
    case kNumberText: step_number_text(words, byte, out); break;
    case kArray: step_array(words, byte, out); break;
    case kUniqueItem: step_unique(words, byte, out); break;
    case kObject: step_object(words, byte, out); break;
    case kKey: step_key(words, byte, out); break;
    default: break;
  }
}

bool JsonRules::string_viable(
    const Dfa& dfa, uint32_t q, uint32_t min, uint32_t max, LexState lex) const {
  if (max == 0) return false;
  if (dfa.universal() || !generating()) return true;
  const auto can_end = [&](uint32_t to) {
    return (max == kNoLimit || dfa.shortest(to) <= max - 1) &&
           (min <= 1 || dfa.longest(to) >= min - 1);
  };
  // Escapes where JSON needs them, so that there is one way to write a constrained string.
  const char32_t own = never_raw_ == 0 ? U'"' : never_raw_;
  const std::array<CharRange, 4> must_be{{{0, 0x1F}, {'"', '"'}, {'\\', '\\'}, {own, own}}};
  const bool escaped = lex_escaped(lex);
  const LexReach reach = lex_reach(lex);
  for (size_t i = 0; i < reach.count; ++i) {
    const CharRange range = reach.ranges[i];
    if (!escaped) {
      if (dfa.any_next(q, range.first, range.last, can_end)) return true;
      continue;
    }
    for (const CharRange& must : must_be) {
      const char32_t first = std::max(range.first, must.first);
      const char32_t last = std::min(range.last, must.last);
      if (first <= last && dfa.any_next(q, first, last, can_end)) return true;
    }
  }
  return false;
}

bool JsonRules::advance_string(
    uint32_t& q, uint32_t& min, uint32_t& max, const Dfa& dfa, char32_t c) const {
  if (max == 0) return false;
  q = dfa.next(q, c);
  if (q == Dfa::kDead) return false;
  if (min > 0) --min;
  if (max != kNoLimit) --max;
  return (max == kNoLimit || dfa.shortest(q) <= max) &&
         (dfa.longest(q) == Dfa::kUnbounded || dfa.longest(q) >= min);
}

bool JsonRules::must_escape(char32_t c) const {
  return needs_escape(c) || is_never_raw(c);
}

void JsonRules::step_string(const Key& key, uint8_t byte, MoveList& out) {
  const Dfa& dfa = plan_->dfa(key[1]);
  uint32_t q = key[2];
  uint32_t min = key[3];
  uint32_t max = key[4];
  const LexStep step = lex_byte(key[5], byte);
  switch (step.kind) {
    case LexStep::Kind::kInvalid: break;
    case LexStep::Kind::kPending:
      if (string_viable(dfa, q, min, max, step.state)) {
        out.add(intern({kString, key[1], q, min, max, step.state}));
      }
      break;
    case LexStep::Kind::kChar:
      if (!step.escaped && is_never_raw(step.value)) break;
      if (step.escaped && generating() && !dfa.universal() && !must_escape(step.value)) break;
      if (advance_string(q, min, max, dfa, step.value)) {
        out.add(intern({kString, key[1], q, min, max, kBetweenChars}));
      }
      break;
    case LexStep::Kind::kClose:
      if (min == 0 && dfa.accepts(q)) out.add(kDone);
      break;
  }
}

// Words 2-7: phase and flags, the digits before the point (64 bits), after it (64 bits), counts.
void JsonRules::step_number(const Key& key, uint8_t byte, MoveList& out) {
  NumberPrefix p;
  p.phase = static_cast<NumberPrefix::Phase>(key[2] & 15U);
  p.negative = (key[2] & 16U) != 0;
  p.free = (key[2] & 32U) != 0;
  p.whole = uint64_t{key[3]} << 32 | key[4];
  p.fraction = uint64_t{key[5]} << 32 | key[6];
  p.whole_digits = static_cast<uint8_t>(key[7] & 0xFFU);
  p.fraction_digits = static_cast<uint8_t>(key[7] >> 8);
  if (!plan_->number(key[1]).range.step(p, byte)) return;
  const uint32_t flags =
      static_cast<uint32_t>(p.phase) | (p.negative ? 16U : 0U) | (p.free ? 32U : 0U);
  out.add(intern({kNumber, key[1], flags, static_cast<uint32_t>(p.whole >> 32),
                  static_cast<uint32_t>(p.whole), static_cast<uint32_t>(p.fraction >> 32),
                  static_cast<uint32_t>(p.fraction),
                  uint32_t{p.whole_digits} | uint32_t{p.fraction_digits} << 8}));
}

// The text so far, a byte a word; its value is looked at when the number ends.
void JsonRules::step_number_text(const Key& key, uint8_t byte, MoveList& out) {
  const size_t size = key.size() - 2;
  if (size >= kMaxNumberChars) return;
  const auto at = [&](size_t i) { return static_cast<char>(key[2 + i]); };
  const char c = static_cast<char>(byte);
  const bool digit = c >= '0' && c <= '9';
  bool point = false;
  bool exponent = false;
  for (size_t i = 0; i < size; ++i) {
    point |= at(i) == '.';
    exponent |= at(i) == 'e' || at(i) == 'E';
  }
  const char last = size == 0 ? '\0' : at(size - 1);
  const bool after_digit = last >= '0' && last <= '9';
  const bool lone_zero = (size == 1 && last == '0') || (size == 2 && last == '0' && at(0) == '-');
  bool good = false;
  if (c == '-') {
    good = size == 0 || last == 'e' || last == 'E';
  } else if (c == '+') {
    good = last == 'e' || last == 'E';
  } else if (c == '.') {
    good = after_digit && !point && !exponent;
  } else if (c == 'e' || c == 'E') {
    good = after_digit && !exponent;
  } else {
    good = digit && !lone_zero;
  }
  if (!good) return;
  Key next = key;
  next.push_back(byte);
  out.add(intern(next));
}

void JsonRules::step_array(const Key& key, uint8_t byte, MoveList& out) {
  enum Phase : uint32_t { kOpen, kAfterItem, kAfterComma };
  const PlanArray& array = plan_->array(key[1]);
  const uint32_t phase = key[2];
  const std::span<const uint32_t> state(key.data() + 4, 1 + array.contains.size());
  if (const auto seen = space(key[3], byte)) {
    Key next = key;
    next[3] = *seen;
    out.add(intern(next));
    return;
  }
  const auto finishable = [&](const std::vector<uint32_t>& next) {
    if (next[0] > array.max) return false;
    return !generating() || array.contains.empty() || array.finishable.contains(next);
  };
  if (array.unique && key.back() != kNoItem) {  // checking: an item has ended
    const size_t begin = key.back();
    const auto seen = with_value(key[key.size() - 2], text_.substr(std::min(begin, text_.size())));
    if (!seen) return;
    Key next = key;
    next[key.size() - 2] = *seen;
    next.back() = kNoItem;
    return step_array(next, byte, out);
  }
  const auto more = [&] {
    if (state[0] >= array.max) return false;
    if (array.unique && generating()) return another_unique(key);
    return std::ranges::any_of(array.at(state[0]), [&](Choice c) {
      return finishable(JsonPlan::after_item(array, state, c.bits));
    });
  };
  if (byte == ']') {
    if (phase != kAfterComma && JsonPlan::can_close(array, state)) out.add(kDone);
    return;
  }
  if (phase == kAfterItem) {
    if (byte != ',' || !more()) return;
    Key next = key;
    next[2] = kAfterComma;
    next[3] = 0;
    out.add(intern(next));
    return;
  }
  if (state[0] >= array.max) return;
  for (const Choice choice : array.at(state[0])) {
    const std::vector<uint32_t> after = JsonPlan::after_item(array, state, choice.bits);
    if (!finishable(after)) continue;
    Key next{kArray, key[1], kAfterItem, 0};
    next.insert(next.end(), after.begin(), after.end());
    if (array.unique) {
      const auto begin = static_cast<uint32_t>(text_.size());
      next.insert(next.end(), {key[key.size() - 2], generating() ? kNoItem : begin});
      if (generating()) {
        start_unique(next, choice.node, byte, out);
        continue;
      }
    }
    start(choice.node, byte, intern(next), out);
  }
}

bool JsonRules::accepting(StateId state) {
  const Key words = key(state);
  switch (words[0]) {
    case kDoneKind: return true;
    case kDocument: return words[1] == 1;
    case kNumber: {
      NumberPrefix p;
      p.phase = static_cast<NumberPrefix::Phase>(words[2] & 15U);
      p.negative = (words[2] & 16U) != 0;
      p.free = (words[2] & 32U) != 0;
      p.whole = uint64_t{words[3]} << 32 | words[4];
      p.fraction = uint64_t{words[5]} << 32 | words[6];
      p.whole_digits = static_cast<uint8_t>(words[7] & 0xFFU);
      p.fraction_digits = static_cast<uint8_t>(words[7] >> 8);
      return plan_->number(words[1]).range.complete(p);
    }
    case kNumberText: {
      if (words.back() < '0' || words.back() > '9') return false;
      std::string text;
      for (size_t i = 2; i < words.size(); ++i) text.push_back(static_cast<char>(words[i]));
      const auto value = Decimal::parse(text);
      const bool whole = text.find_first_of(".eE") == std::string::npos;
      return value && std::ranges::any_of(plan_->node(words[1]).numbers, [&](uint32_t n) {
               const NumberAlt& alt = plan_->number(n).alt;
               const Spelling wanted = whole ? Spelling::kWhole : Spelling::kFraction;
               return (alt.spelling == Spelling::kAny || alt.spelling == wanted) &&
                      alt.contains(*value);
             });
    }
    default: return false;
  }
}

bool JsonRules::final_only(StateId state) {
  const auto words = states_.key(state);
  return words[0] == kDoneKind || (words[0] == kDocument && words[1] == 1 && generating());
}

bool JsonRules::cacheable(StateId state, uint8_t byte) const {
  const auto words = states_.key(state);
  switch (words[0]) {
    case kDoneKind:
    case kNumber:
    case kNumberText: return false;
    case kArray: return !plan_->array(words[1]).unique;
    // The quote that ends a string makes it one of those that must not come again.
    case kUniqueItem: return states_.key(words[2])[0] == kString && byte != '"';
    case kKey: return byte != '"' || !tracks_extras(key(words[1]));
    default: return true;
  }
}

bool JsonRules::is_free_string(StateId state) const {
  const auto words = states_.key(state);
  return never_raw_ == 0 && words[0] == kString && words[1] == kAnyString;
}

uint32_t JsonRules::free_chars(DfaId dfa, uint32_t q, size_t slice) {
  const auto [at, fresh] = free_runs_.try_emplace({dfa, slice});
  if (fresh) at->second = plan_->dfa(dfa).free_runs(TokenSlices::chars(slice));
  return at->second[q];
}

FreeRun JsonRules::free_run(StateId state, size_t slice) {
  if (never_raw_ != 0) return {};
  const auto words = states_.key(state);
  if (words[0] == kKey) return free_key_run(key(state), slice);
  if (words[0] != kString || words[5] != kBetweenChars) return {};
  const uint32_t max = words[4];
  if (plan_->dfa(words[1]).universal()) return {.chars = max, .only = max != kNoLimit};
  if (words[3] != 0 || max != kNoLimit) return {};
  return {.chars = free_chars(words[1], words[2], slice)};
}

ContentRun JsonRules::content_run(StateId state) {
  if (never_raw_ != 0) return {};
  const auto words = states_.key(state);
  if (words[0] == kKey) return key_content_run(key(state));
  if (words[0] != kString || words[5] != kBetweenChars) return {};
  return plan_->dfa(words[1]).universal() ? ContentRun{.chars = words[4], .branches = {}}
                                          : ContentRun{};
}

StateId JsonRules::mask_state(StateId state, size_t longest) {
  const auto words = states_.key(state);
  if (words[0] != kString || words[4] == kNoLimit || words[4] <= longest) return state;
  const Dfa& dfa = plan_->dfa(words[1]);
  if (!dfa.universal() && words[4] - longest <= dfa.states()) return state;
  return intern({kString, words[1], words[2], words[3], kNoLimit, words[5]});
}

}  // namespace lar::constrain

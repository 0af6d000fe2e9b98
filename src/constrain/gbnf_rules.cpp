#include "constrain/gbnf_rules.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/utf8.h"

namespace lar::constrain {
namespace {

using Kind = GbnfNode::Kind;

// The code points [first, last] of one encoded length as sequences of byte ranges.
void split_utf8(char32_t first, char32_t last, std::vector<std::vector<CharRange>>& out) {
  if (first > last) return;
  for (const char32_t limit : {0x7FU, 0x7FFU, 0xFFFFU}) {
    if (first <= limit && last > limit) {
      split_utf8(first, limit, out);
      split_utf8(limit + 1, last, out);
      return;
    }
  }
  // Where the two differ above the low 6*i bits, those bits must run over their full range.
  for (uint32_t i = 1; first > 0x7F && i < 4; ++i) {
    const char32_t mask = (char32_t{1} << (6 * i)) - 1;
    if ((first & ~mask) == (last & ~mask)) continue;
    if ((first & mask) != 0) {
      split_utf8(first, first | mask, out);
      split_utf8((first | mask) + 1, last, out);
      return;
    }
    if ((last & mask) != mask) {
      split_utf8(first, (last & ~mask) - 1, out);
      split_utf8(last & ~mask, last, out);
      return;
    }
  }
  std::string low;
  std::string high;
  utf8_append(low, first);
  utf8_append(high, last);
  std::vector<CharRange>& sequence = out.emplace_back();
  for (size_t i = 0; i < low.size(); ++i) {
    sequence.push_back({static_cast<uint8_t>(low[i]), static_cast<uint8_t>(high[i])});
  }
}

}  // namespace

Result<GbnfRules> GbnfRules::create(const GbnfSyntax& syntax,
                                    const std::map<uint32_t, Dfa>& texts,
                                    Interner& states,
                                    Outer outer) {
  GbnfRules out(states, std::move(outer));
  out.root_ = syntax.root;
  for (const auto& rule : syntax.rules) {
    const auto text = texts.find(static_cast<uint32_t>(out.starts_.size()));
    out.starts_.push_back(kNowhere);
    if (text != texts.end()) {
      LAR_TRY(out.starts_.back(), out.build_strings(text->second));
    }
    if (!rule) continue;
    const uint32_t start = out.add();
    out.starts_.back() = start;
    LAR_TRY(const uint32_t end, out.build(syntax, *rule, start));
    out.positions_[end].end = true;
  }
  out.find_nullable();
  LAR_TRY(out.check_left_recursion(syntax));
  out.start_states_.assign(out.starts_.size(), kNowhere);
  return out;
}

Result<GbnfRules> GbnfRules::of_strings(const Dfa& strings, Interner& states) {
  GbnfRules out(states, {});
  LAR_TRY(const uint32_t start, out.build_strings(strings));
  out.starts_ = {start};
  out.nullable_ = {0};
  out.start_states_ = {kNowhere};
  return out;
}

// The automaton's states as positions; its start is returned.
Result<uint32_t> GbnfRules::build_strings(const Dfa& strings) {
  const auto base = static_cast<uint32_t>(positions_.size());
  for (size_t state = 0; state < strings.states(); ++state) add();
  for (uint32_t state = 0; state < strings.states(); ++state) {
    positions_[base + state].end = strings.accepts(state);
    std::map<uint32_t, CharSet> targets;
    strings.for_each_edge(
        state, [&](char32_t first, char32_t last, uint32_t to) { targets[to].add(first, last); });
    for (const auto& [to, set] : targets) link_set(set, base + state, base + to);
    if (positions_.size() > kMaxGbnfPositions) {
      return fail(Code::kResourceExhausted, "regex: the expression is too large");
    }
  }
  return base + strings.start();
}

uint32_t GbnfRules::build_set(const CharSet& set, uint32_t from) {
  const uint32_t to = add();
  link_set(set, from, to);
  return to;
}

void GbnfRules::link_set(const CharSet& set, uint32_t from, uint32_t to) {
  std::vector<std::vector<CharRange>> sequences;
  for (const CharRange& range : set.ranges()) {
    if (range.first < kFirstSurrogate) {
      split_utf8(range.first, std::min<char32_t>(range.last, kFirstSurrogate - 1), sequences);
    }
    if (range.last > kLastSurrogate) {
      split_utf8(std::max<char32_t>(range.first, kLastSurrogate + 1), range.last, sequences);
    }
  }
  for (const auto& sequence : sequences) {
    uint32_t at = from;
    for (size_t i = 0; i < sequence.size(); ++i) {
      const uint32_t next = i + 1 == sequence.size() ? to : add();
      positions_[at].bytes.push_back(
          {static_cast<uint8_t>(sequence[i].first), static_cast<uint8_t>(sequence[i].last), next});
      at = next;
    }
  }
}

Result<uint32_t> GbnfRules::build_repeat(const GbnfSyntax& syntax,
                                         const GbnfNode& node,
                                         uint32_t from) {
  const uint32_t child = node.children[0];
  for (uint32_t i = 0; i < node.min; ++i) {
    const size_t before = positions_.size();
    LAR_TRY(from, build(syntax, child, from));
    if (positions_.size() == before) return from;
  }
  if (node.max == kGbnfUnbounded) {
    const uint32_t loop = add();
    positions_[from].free.push_back(loop);
    LAR_TRY(const uint32_t end, build(syntax, child, loop));
    if (end != loop) positions_[end].free.push_back(loop);
    const uint32_t to = add();
    positions_[loop].free.push_back(to);
    return to;
  }
  if (node.max == node.min) return from;
  const uint32_t to = add();
  for (uint32_t i = node.min; i < node.max; ++i) {
    positions_[from].free.push_back(to);
    const uint32_t begin = add();
    positions_[from].free.push_back(begin);
    const size_t before = positions_.size();
    LAR_TRY(from, build(syntax, child, begin));
    if (positions_.size() == before) break;
  }
  positions_[from].free.push_back(to);
  return to;
}

// Every item reads from a position of its own, so that edges of different items never mix.
Result<uint32_t> GbnfRules::build(const GbnfSyntax& syntax, uint32_t index, uint32_t from) {
  if (positions_.size() > kMaxGbnfPositions) {
    return fail(Code::kResourceExhausted, "grammar: more than " +
                                              std::to_string(kMaxGbnfPositions) +
                                              " positions (a repetition or a list is too large)");
  }
  const GbnfNode& node = syntax.nodes[index];
  switch (node.kind) {
    case Kind::kSequence:
      for (const uint32_t child : node.children) {
        LAR_TRY(from, build(syntax, child, from));
      }
      return from;
    case Kind::kChoice: {
      const uint32_t to = add();
      for (const uint32_t child : node.children) {
        const uint32_t begin = add();
        positions_[from].free.push_back(begin);
        LAR_TRY(const uint32_t end, build(syntax, child, begin));
        positions_[end].free.push_back(to);
      }
      return to;
    }
    case Kind::kRepeat: return build_repeat(syntax, node, from);
    case Kind::kSet: {
      const uint32_t at = add();
      positions_[from].free.push_back(at);
      return build_set(syntax.sets[node.value], at);
    }
    case Kind::kRule:
    case Kind::kToken: {
      const uint32_t at = add();
      const uint32_t to = add();
      positions_[from].free.push_back(at);
      (node.kind == Kind::kRule ? positions_[at].rule : positions_[at].token) = node.value;
      positions_[at].negated = node.negated;
      positions_[at].to = to;
      return to;
    }
  }
  return from;
}

// A call of a rule that may be empty is also a free step over it.
void GbnfRules::find_nullable() {
  nullable_.assign(starts_.size(), 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t rule = 0; rule < starts_.size(); ++rule) {
      if (nullable_[rule] != 0 || starts_[rule] == kNowhere) continue;
      const std::vector<uint32_t> set = close({starts_[rule]});
      if (std::ranges::any_of(set, [&](uint32_t p) { return positions_[p].end; })) {
        nullable_[rule] = 1;
        changed = true;
      }
    }
  }
}

Result<void> GbnfRules::check_left_recursion(const GbnfSyntax& syntax) {
  enum Mark : uint8_t { kNew, kOpen, kClosed };
  std::vector<std::vector<uint32_t>> calls(starts_.size());
  for (size_t rule = 0; rule < starts_.size(); ++rule) {
    if (starts_[rule] == kNowhere) continue;
    for (const uint32_t p : close({starts_[rule]})) {
      if (positions_[p].rule != kNowhere) calls[rule].push_back(positions_[p].rule);
    }
  }
  std::vector<Mark> marks(starts_.size(), kNew);
  std::vector<uint32_t> height(starts_.size(), 0);
  std::vector<std::pair<uint32_t, size_t>> path;
  for (uint32_t first = 0; first < starts_.size(); ++first) {
    if (marks[first] != kNew) continue;
    path.emplace_back(first, 0);
    marks[first] = kOpen;
    while (!path.empty()) {
      auto& [rule, next] = path.back();
      if (next == calls[rule].size()) {
        marks[rule] = kClosed;
        const uint32_t reached = height[rule] + 1;
        path.pop_back();
        if (!path.empty()) {
          uint32_t& above = height[path.back().first];
          above = std::max(above, reached);
        }
        continue;
      }
      const uint32_t to = calls[rule][next++];
      if (marks[to] == kOpen) {
        return fail(Code::kInvalidArgument,
                    "grammar: the rule \"" + syntax.rule_names[to] + "\" is left-recursive");
      }
      if (marks[to] == kClosed) {
        height[rule] = std::max(height[rule], height[to] + 1);
        continue;
      }
      marks[to] = kOpen;
      path.emplace_back(to, 0);
    }
    if (height[first] > kMaxLeftCalls) {
      return fail(Code::kResourceExhausted, "grammar: more than " + std::to_string(kMaxLeftCalls) +
                                                " rules begin with one another");
    }
  }
  return {};
}

// The positions that can act, reached from `set` without reading.
std::vector<uint32_t> GbnfRules::close(std::vector<uint32_t> set) const {
  std::unordered_set<uint32_t> seen(set.begin(), set.end());
  std::vector<uint32_t> out;
  while (!set.empty()) {
    const uint32_t p = set.back();
    set.pop_back();
    const Position& position = positions_[p];
    if (position.end || !position.bytes.empty() || position.rule != kNowhere ||
        position.token != kNowhere) {
      out.push_back(p);
    }
    const auto visit = [&](uint32_t to) {
      if (seen.insert(to).second) set.push_back(to);
    };
    for (const uint32_t to : position.free) visit(to);
    if (position.rule != kNowhere && nullable_[position.rule] != 0) visit(position.to);
  }
  std::ranges::sort(out);
  return out;
}

StateId GbnfRules::state_of(std::vector<uint32_t> set) {
  std::vector<uint32_t> key = close(std::move(set));
  key.insert(key.begin(), kKind);
  return states_->intern(key);
}

StateId GbnfRules::start_of(uint32_t rule) {
  if (start_states_[rule] == kNowhere) start_states_[rule] = state_of({starts_[rule]});
  return start_states_[rule];
}

StateId GbnfRules::root() {
  return start_of(root_);
}

// The local steps of `state` (by `read`: position -> next position) and, through the calls it can
// begin with, those of the rules called. `frames` are the returns of the calls so far.
template <class Read>
void GbnfRules::collect(StateId state, std::vector<StateId>& frames, MoveList& out, Read read) {
  if (out.size() > kMaxMoves) {
    exhausted_ = true;
    return;
  }
  const auto words = states_->key(state);
  const std::vector<uint32_t> set(words.begin() + 1, words.end());
  std::vector<uint32_t> next;
  for (const uint32_t p : set) read(positions_[p], next);
  if (!next.empty()) {
    const StateId to = state_of(std::move(next));
    frames.push_back(to);
    if (final_only(to)) frames.back() = kDone;
    out.add(frames);
    frames.pop_back();
  }
  for (const uint32_t p : set) {
    const uint32_t rule = positions_[p].rule;
    if (rule == kNowhere) continue;
    const StateId back = state_of({positions_[p].to});
    const bool last = final_only(back);  // nothing to return to
    if (!last) frames.push_back(back);
    if (starts_[rule] != kNowhere) {
      collect(start_of(rule), frames, out, read);
    } else if constexpr (requires { read.byte; }) {
      MoveList inner;
      outer_(rule, read.byte, kDone, inner);
      for (size_t i = 0; i < inner.size(); ++i) {
        std::vector<StateId> all = frames;
        all.insert(all.end(), inner[i].begin(), inner[i].end());
        out.add(all);
      }
    }
    if (!last) frames.pop_back();
  }
}

void GbnfRules::step(StateId state, uint8_t byte, MoveList& out) {
  struct Read {
    uint8_t byte;
    void operator()(const Position& position, std::vector<uint32_t>& next) const {
      for (const ByteEdge& edge : position.bytes) {
        if (byte >= edge.first && byte <= edge.last) next.push_back(edge.to);
      }
    }
  };
  std::vector<StateId> frames;
  collect(state, frames, out, Read{byte});
}

bool GbnfRules::accepting(StateId state) const {
  const auto words = states_->key(state).subspan(1);
  return std::ranges::any_of(words, [&](uint32_t p) { return positions_[p].end; });
}

bool GbnfRules::final_only(StateId state) const {
  const auto words = states_->key(state).subspan(1);
  return !words.empty() && std::ranges::all_of(words, [&](uint32_t p) {
    const Position& at = positions_[p];
    return at.end && at.bytes.empty() && at.rule == kNowhere && at.token == kNowhere;
  });
}

// One edge for every distinct token that the state names, directly or through calls.
void GbnfRules::token_edges(StateId state, std::vector<TokenEdge>& out) {
  std::vector<std::pair<uint32_t, bool>> named;
  std::vector<StateId> work{state};
  std::unordered_set<StateId> seen{state};
  while (!work.empty()) {
    const auto words = states_->key(work.back());
    const std::vector<uint32_t> set(words.begin() + 1, words.end());
    work.pop_back();
    for (const uint32_t p : set) {
      const Position& position = positions_[p];
      if (position.token != kNowhere) named.emplace_back(position.token, position.negated);
      if (position.rule == kNowhere || starts_[position.rule] == kNowhere) continue;
      const StateId start = start_of(position.rule);
      if (seen.insert(start).second) work.push_back(start);
    }
  }
  std::ranges::sort(named);
  const auto tail = std::ranges::unique(named);
  named.erase(tail.begin(), tail.end());
  for (const auto& [token, negated] : named) {
    TokenEdge& edge = out.emplace_back(TokenEdge{.token = token, .negated = negated});
    std::vector<StateId> frames;
    collect(state, frames, edge.moves, [&](const Position& position, std::vector<uint32_t>& next) {
      if (position.token == token && position.negated == negated) {
        next.push_back(position.to);
      }
    });
  }
}

}  // namespace lar::constrain

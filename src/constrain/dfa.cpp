#include "constrain/dfa.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/utf8.h"

namespace lar::constrain {
namespace {

constexpr size_t kMaxMinimizeCells = 200'000;

uint32_t class_in(const std::vector<char32_t>& first, char32_t c) {
  return static_cast<uint32_t>(std::ranges::upper_bound(first, c) - first.begin()) - 1;
}

bool is_surrogate(char32_t c) {
  return c >= kFirstSurrogate && c <= kLastSurrogate;
}

std::unexpected<Error> too_large() {
  return fail(Code::kResourceExhausted, "the automaton of the strings has more than " +
                                            std::to_string(kMaxDfaStates) + " states");
}

}  // namespace

void DfaTable::cut(char32_t c) {
  if (c <= kMaxCodePoint) class_first.push_back(c);
}

void DfaTable::finish_classes() {
  cut(kFirstSurrogate);
  cut(kLastSurrogate + 1);
  std::ranges::sort(class_first);
  const auto tail = std::ranges::unique(class_first);
  class_first.erase(tail.begin(), tail.end());
}

uint32_t DfaTable::add_state(bool accepting) {
  next.resize(next.size() + classes(), Dfa::kDead);
  accept.push_back(accepting ? 1 : 0);
  return static_cast<uint32_t>(accept.size() - 1);
}

uint32_t DfaTable::class_of(char32_t c) const {
  return class_in(class_first, c);
}

Dfa::Dfa(const DfaTable& table)
    : class_first_(table.class_first), next_(table.next), accept_(table.accept) {
  for (size_t c = 0; c < classes(); ++c) {
    if (!is_surrogate(class_first_[c])) continue;
    for (size_t s = 0; s < accept_.size(); ++s) next_[s * classes() + c] = kDead;
  }
  trim();
  merge_classes();
  if (accept_.size() * classes() <= kMaxMinimizeCells) {
    measure();
    minimize();
    merge_classes();
  }
  measure();
}

Dfa Dfa::any() {
  DfaTable table;
  table.finish_classes();
  table.add_state(true);
  std::ranges::fill(table.next, 0U);
  return Dfa(table);
}

Dfa Dfa::none() {
  DfaTable table;
  table.finish_classes();
  table.add_state(false);
  return Dfa(table);
}

uint32_t Dfa::class_of(char32_t c) const {
  return c < ascii_class_.size() ? ascii_class_[c] : class_in(class_first_, c);
}

// Keeps the states that the start reaches and that reach acceptance, the start first.
void Dfa::trim() {
  const size_t count = accept_.size();
  std::vector<std::vector<uint32_t>> from(count);
  for (uint32_t s = 0; s < count; ++s) {
    for (size_t c = 0; c < classes(); ++c) {
      const uint32_t to = next_[s * classes() + c];
      if (to != kDead && (from[to].empty() || from[to].back() != s)) from[to].push_back(s);
    }
  }
  std::vector<uint8_t> live(accept_.begin(), accept_.end());
  std::vector<uint32_t> work;
  for (uint32_t s = 0; s < count; ++s) {
    if (live[s] != 0) work.push_back(s);
  }
  while (!work.empty()) {
    const uint32_t s = work.back();
    work.pop_back();
    for (const uint32_t p : from[s]) {
      if (live[p] == 0) {
        live[p] = 1;
        work.push_back(p);
      }
    }
  }
  std::vector<uint32_t> order;
  std::vector<uint32_t> rank(count, kDead);
  const auto visit = [&](uint32_t s) {
    if (live[s] == 0 || rank[s] != kDead) return;
    rank[s] = static_cast<uint32_t>(order.size());
    order.push_back(s);
  };
  if (count > 0) visit(0);
  for (size_t i = 0; i < order.size(); ++i) {
    for (size_t c = 0; c < classes(); ++c) {
      if (const uint32_t to = next_[order[i] * classes() + c]; to != kDead) visit(to);
    }
  }
  std::vector<uint32_t> next(order.size() * classes(), kDead);
  std::vector<uint8_t> accept(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    accept[i] = accept_[order[i]];
    for (size_t c = 0; c < classes(); ++c) {
      const uint32_t to = next_[order[i] * classes() + c];
      if (to != kDead) next[i * classes() + c] = rank[to];
    }
  }
  next_ = std::move(next);
  accept_ = std::move(accept);
  start_ = order.empty() ? kDead : 0;
}

// Moore's partition refinement: equal rows under the current partition stay together. States that
// are alike are also alike in their distances to acceptance, which tells most of a counted
// repetition apart at once.
void Dfa::minimize() {
  const size_t count = accept_.size();
  if (count < 2) return;
  std::map<std::tuple<uint8_t, uint32_t, uint32_t>, uint32_t> kinds;
  const size_t width = classes() + 1;
  std::vector<uint32_t> part(count);
  for (size_t s = 0; s < count; ++s) {
    const auto kind = std::tuple(accept_[s], shortest_[s], longest_[s]);
    part[s] = kinds.try_emplace(kind, static_cast<uint32_t>(kinds.size())).first->second;
  }
  std::vector<uint32_t> refined(count);
  std::vector<uint32_t> rows(count * width);
  // Open addressing: the first state of each row, 0 for none, else state + 1.
  std::vector<uint32_t> slots(std::bit_ceil(2 * count));
  for (size_t parts = 0;;) {
    std::ranges::fill(slots, 0U);
    uint32_t found = 0;
    for (size_t s = 0; s < count; ++s) {
      uint32_t* row = rows.data() + s * width;
      row[0] = part[s];
      uint64_t hash = part[s];
      for (size_t c = 0; c + 1 < width; ++c) {
        const uint32_t to = next_[s * (width - 1) + c];
        row[c + 1] = to == kDead ? kDead : part[to];
        hash = (hash ^ row[c + 1]) * 0x9E3779B97F4A7C15U;
        hash ^= hash >> 29;
      }
      size_t slot = hash & (slots.size() - 1);
      while (slots[slot] != 0 &&
             !std::equal(row, row + width, rows.data() + (slots[slot] - 1) * width)) {
        slot = (slot + 1) & (slots.size() - 1);
      }
      if (slots[slot] == 0) {
        slots[slot] = static_cast<uint32_t>(s) + 1;
        refined[s] = found++;
      } else {
        refined[s] = refined[slots[slot] - 1];
      }
    }
    std::swap(part, refined);
    if (found == parts) break;
    parts = found;
    if (parts == count) return;
  }
  const uint32_t parts = *std::ranges::max_element(part) + 1;
  std::vector<uint32_t> next(parts * classes(), kDead);
  std::vector<uint8_t> accept(parts);
  for (size_t s = 0; s < count; ++s) {
    accept[part[s]] = accept_[s];
    for (size_t c = 0; c < classes(); ++c) {
      const uint32_t to = next_[s * classes() + c];
      if (to != kDead) next[part[s] * classes() + c] = part[to];
    }
  }
  next_ = std::move(next);
  accept_ = std::move(accept);
  start_ = part[0];
}

void Dfa::merge_classes() {
  const size_t old = classes();
  std::vector<char32_t> first{0};
  std::vector<size_t> kept{0};
  for (size_t c = 1; c < old; ++c) {
    bool same = true;
    for (size_t s = 0; same && s < accept_.size(); ++s) {
      same = next_[s * old + c] == next_[s * old + kept.back()];
    }
    if (same) continue;
    first.push_back(class_first_[c]);
    kept.push_back(c);
  }
  std::vector<uint32_t> next;
  next.reserve(accept_.size() * kept.size());
  for (size_t s = 0; s < accept_.size(); ++s) {
    for (const size_t c : kept) next.push_back(next_[s * old + c]);
  }
  class_first_ = std::move(first);
  next_ = std::move(next);
  for (char32_t c = 0; c < ascii_class_.size(); ++c) {
    ascii_class_[c] = static_cast<uint16_t>(class_in(class_first_, c));
  }
}

std::vector<uint32_t> Dfa::free_runs(const CharSet& set) const {
  const size_t count = accept_.size();
  std::vector<uint8_t> relevant(classes(), 0);
  for (const CharRange& range : set.ranges()) {
    for (uint32_t c = class_of(range.first); c < classes() && class_first_[c] <= range.last; ++c) {
      relevant[c] = 1;
    }
  }
  std::vector<uint32_t> runs(count, kUnbounded);
  std::vector<std::vector<uint32_t>> from(count);
  std::vector<uint32_t> queue;
  for (uint32_t s = 0; s < count; ++s) {
    for (size_t c = 0; c < classes(); ++c) {
      if (relevant[c] == 0) continue;
      const uint32_t to = next_[s * classes() + c];
      if (to != kDead) {
        from[to].push_back(s);
      } else if (runs[s] != 0) {
        runs[s] = 0;
        queue.push_back(s);
      }
    }
  }
  for (size_t i = 0; i < queue.size(); ++i) {
    for (const uint32_t p : from[queue[i]]) {
      if (runs[p] != kUnbounded) continue;
      runs[p] = runs[queue[i]] + 1;
      queue.push_back(p);
    }
  }
  return runs;
}

void Dfa::measure() {
  const size_t count = accept_.size();
  shortest_.assign(count, kUnbounded);
  longest_.assign(count, kUnbounded);
  std::vector<std::vector<uint32_t>> from(count);
  std::vector<uint32_t> open_edges(count, 0);
  for (uint32_t s = 0; s < count; ++s) {
    for (size_t c = 0; c < classes(); ++c) {
      const uint32_t to = next_[s * classes() + c];
      if (to == kDead) continue;
      from[to].push_back(s);
      ++open_edges[s];
    }
  }
  std::vector<uint32_t> queue;
  for (uint32_t s = 0; s < count; ++s) {
    if (accept_[s] == 0) continue;
    shortest_[s] = 0;
    queue.push_back(s);
  }
  for (size_t i = 0; i < queue.size(); ++i) {
    for (const uint32_t p : from[queue[i]]) {
      if (shortest_[p] != kUnbounded) continue;
      shortest_[p] = shortest_[queue[i]] + 1;
      queue.push_back(p);
    }
  }
  // States off every cycle, from the ends backwards; the rest accept strings without limit.
  std::vector<uint32_t> length(count, 0);
  queue.clear();
  for (uint32_t s = 0; s < count; ++s) {
    if (open_edges[s] == 0) queue.push_back(s);
  }
  for (size_t i = 0; i < queue.size(); ++i) {
    const uint32_t s = queue[i];
    longest_[s] = length[s];
    for (const uint32_t p : from[s]) {
      length[p] = std::max(length[p], length[s] + 1);
      if (--open_edges[p] == 0) queue.push_back(p);
    }
  }
  universal_ = count == 1 && accept_[0] != 0;
  for (size_t c = 0; universal_ && c < classes(); ++c) {
    universal_ = (next_[c] != kDead) != is_surrogate(class_first_[c]);
  }
}

bool Dfa::accepts(std::string_view utf8) const {
  uint32_t state = start_;
  while (state != kDead && !utf8.empty()) {
    const Utf8Char c = utf8_next(utf8);
    state = next(state, c.code_point);
    utf8.remove_prefix(c.bytes);
  }
  return accepts(state);
}

Result<Dfa> Dfa::of_strings(std::span<const std::string> strings) {
  DfaTable table;
  CharSet used;
  size_t total = 0;
  for (const std::string& text : strings) {
    total += text.size();
    for (std::string_view rest = text; !rest.empty();) {
      const Utf8Char c = utf8_next(rest);
      used.add(c.code_point, c.code_point);
      rest.remove_prefix(c.bytes);
    }
  }
  if (total > kMaxDfaCells) return too_large();
  for (const CharRange& range : used.ranges()) {
    for (char32_t c = range.first; c <= range.last; ++c) table.cut(c);
    table.cut(range.last + 1);
  }
  table.finish_classes();
  table.add_state(false);
  for (const std::string& text : strings) {
    uint32_t state = 0;
    for (std::string_view rest = text; !rest.empty();) {
      const Utf8Char c = utf8_next(rest);
      rest.remove_prefix(c.bytes);
      const size_t cell = state * table.classes() + table.class_of(c.code_point);
      if (table.next[cell] == kDead) {
        if ((table.accept.size() + 1) * table.classes() > kMaxDfaCells) return too_large();
        const uint32_t fresh = table.add_state(false);
        table.next[cell] = fresh;
      }
      state = table.next[cell];
    }
    table.accept[state] = 1;
  }
  return Dfa(table);
}

Result<Dfa> Dfa::of_length(uint32_t min, uint32_t max) {
  const uint32_t last = max == kUnbounded ? min : max;
  if (last >= kMaxDfaStates) return too_large();
  DfaTable table;
  table.finish_classes();
  for (uint32_t i = 0; i <= last; ++i) {
    const uint32_t state = table.add_state(i >= min && (max == kUnbounded || i <= max));
    const uint32_t to = i < last ? state + 1 : max == kUnbounded ? state : kDead;
    for (size_t c = 0; c < table.classes(); ++c) table.next[state * table.classes() + c] = to;
  }
  return Dfa(table);
}

std::optional<std::vector<std::string>> Dfa::enumerate(size_t limit,
                                                       uint32_t from,
                                                       uint32_t max_length) const {
  constexpr uint32_t kLongest = 1000;
  std::vector<std::string> out;
  if (from == kDead || shortest_[from] > max_length) return out;
  if (std::min(longest_[from], max_length) > kLongest) return std::nullopt;
  // Depth first; every branch taken ends in a string, so `limit` bounds the work.
  struct Branch {
    uint32_t state;
    uint32_t left;
    std::string text;
  };
  std::vector<Branch> work{{from, max_length, ""}};
  while (!work.empty()) {
    const Branch at = std::move(work.back());
    work.pop_back();
    if (accepts(at.state)) out.push_back(at.text);
    if (out.size() + work.size() > limit) return std::nullopt;
    for (size_t c = 0; c < classes(); ++c) {
      const uint32_t to = next_[at.state * classes() + c];
      if (to == kDead || at.left == 0 || shortest_[to] > at.left - 1) continue;
      const char32_t end = c + 1 < classes() ? class_first_[c + 1] : kMaxCodePoint + 1;
      if (end - class_first_[c] > limit) return std::nullopt;
      for (char32_t ch = class_first_[c]; ch < end; ++ch) {
        std::string longer = at.text;
        utf8_append(longer, ch);
        work.push_back({to, at.left == kUnbounded ? kUnbounded : at.left - 1, std::move(longer)});
      }
    }
  }
  return out;
}

Result<Dfa> Dfa::combine(const Dfa& a, const Dfa& b, Op op) {
  const auto wanted = [op](bool in_a, bool in_b) {
    switch (op) {
      case Op::kAnd: return in_a && in_b;
      case Op::kOr: return in_a || in_b;
      case Op::kMinus: return in_a && !in_b;
    }
    return false;
  };
  const auto hopeless = [op](uint32_t s, uint32_t t) {
    if (op == Op::kOr) return s == kDead && t == kDead;
    return s == kDead || (op == Op::kAnd && t == kDead);
  };
  DfaTable table;
  table.class_first = a.class_first_;
  table.class_first.insert(table.class_first.end(), b.class_first_.begin(), b.class_first_.end());
  table.finish_classes();
  std::unordered_map<uint64_t, uint32_t> ids;
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  const auto id_of = [&](uint32_t s, uint32_t t) {
    const auto [at, fresh] = ids.try_emplace((uint64_t{s} << 32) | t, 0);
    if (fresh) {
      at->second = table.add_state(wanted(a.accepts(s), b.accepts(t)));
      pairs.emplace_back(s, t);
    }
    return at->second;
  };
  if (hopeless(a.start_, b.start_)) return none();
  id_of(a.start_, b.start_);
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (pairs.size() > kMaxDfaStates || pairs.size() * table.classes() > kMaxDfaCells) {
      return too_large();
    }
    const auto [s, t] = pairs[i];
    for (size_t c = 0; c < table.classes(); ++c) {
      const char32_t ch = table.class_first[c];
      const uint32_t to_a = s == kDead ? kDead : a.next(s, ch);
      const uint32_t to_b = t == kDead ? kDead : b.next(t, ch);
      if (is_surrogate(ch) || hopeless(to_a, to_b)) continue;
      const uint32_t to = id_of(to_a, to_b);
      table.next[i * table.classes() + c] = to;
    }
  }
  return Dfa(table);
}

}  // namespace lar::constrain

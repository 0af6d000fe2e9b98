#include "constrain/regex.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/utf8.h"
#include "constrain/regex_syntax.h"

namespace lar::constrain {
namespace {

// Thompson's construction; assertions are edges that only some closures may take.
enum class EdgeKind : uint8_t { kFree, kAtStart, kAtEnd };

struct Nfa {
  struct Edge {
    EdgeKind kind;
    uint32_t to;
  };
  struct State {
    std::vector<Edge> free;
    uint32_t set = UINT32_MAX;  // reads a character of sets[set] and goes to `to`
    uint32_t to = 0;
  };
  std::vector<State> states;
  std::vector<CharSet> sets;

  uint32_t add() {
    states.emplace_back();
    return static_cast<uint32_t>(states.size() - 1);
  }
  void link(uint32_t from, uint32_t to, EdgeKind kind = EdgeKind::kFree) {
    states[from].free.push_back({kind, to});
  }
};

class NfaBuilder {
 public:
  NfaBuilder(const RegexTree& tree, Nfa& nfa) : tree_(tree), nfa_(nfa) { nfa_.sets = tree.sets; }

  // Adds `node` after state `from` and returns the state after it.
  Result<uint32_t> add(uint32_t node, uint32_t from) {
    if (nfa_.states.size() > kMaxNfaStates) {
      return fail(Code::kResourceExhausted, "regex: more than " + std::to_string(kMaxNfaStates) +
                                                " states (a repetition is too large)");
    }
    const RegexNode& n = tree_.nodes[node];
    switch (n.kind) {
      case RegexNode::Kind::kEmpty: return from;
      case RegexNode::Kind::kSet: {
        const uint32_t to = nfa_.add();
        const uint32_t at = nfa_.add();
        nfa_.link(from, at);
        nfa_.states[at].set = n.set;
        nfa_.states[at].to = to;
        return to;
      }
      case RegexNode::Kind::kStart:
      case RegexNode::Kind::kEnd: {
        const uint32_t to = nfa_.add();
        nfa_.link(from, to,
                  n.kind == RegexNode::Kind::kStart ? EdgeKind::kAtStart : EdgeKind::kAtEnd);
        return to;
      }
      case RegexNode::Kind::kSequence: {
        for (const uint32_t child : n.children) {
          LAR_TRY(from, add(child, from));
        }
        return from;
      }
      case RegexNode::Kind::kChoice: {
        const uint32_t to = nfa_.add();
        for (const uint32_t child : n.children) {
          const uint32_t begin = nfa_.add();
          nfa_.link(from, begin);
          LAR_TRY(const uint32_t end, add(child, begin));
          nfa_.link(end, to);
        }
        return to;
      }
      case RegexNode::Kind::kRepeat: return add_repeat(n, from);
    }
    return from;
  }

 private:
  Result<uint32_t> add_repeat(const RegexNode& n, uint32_t from) {
    const uint32_t child = n.children[0];
    for (uint32_t i = 0; i < n.min; ++i) {
      const size_t before = nfa_.states.size();
      LAR_TRY(from, add(child, from));
      if (nfa_.states.size() == before) return from;  // the empty string, however often
    }
    if (n.max == kRegexUnbounded) {
      const uint32_t loop = nfa_.add();
      nfa_.link(from, loop);
      LAR_TRY(const uint32_t end, add(child, loop));
      nfa_.link(end, loop);
      const uint32_t to = nfa_.add();
      nfa_.link(loop, to);
      return to;
    }
    if (n.max == n.min) return from;
    const uint32_t to = nfa_.add();
    for (uint32_t i = n.min; i < n.max; ++i) {
      nfa_.link(from, to);
      const size_t before = nfa_.states.size();
      const uint32_t begin = nfa_.add();
      nfa_.link(from, begin);
      LAR_TRY(from, add(child, begin));
      if (nfa_.states.size() == before + 1) break;
    }
    nfa_.link(from, to);
    return to;
  }

  const RegexTree& tree_;
  Nfa& nfa_;
};

// Subset construction.
class Determinizer {
 public:
  Determinizer(const Nfa& nfa, uint32_t start, uint32_t final)
      : nfa_(nfa), final_(final), mark_(nfa.states.size(), 0) {
    for (const CharSet& set : nfa.sets) {
      for (const CharRange& range : set.ranges()) {
        table_.cut(range.first);
        table_.cut(range.last + 1);
      }
    }
    table_.finish_classes();
    for (const CharSet& set : nfa.sets) {
      std::vector<uint32_t>& classes = set_classes_.emplace_back();
      for (const CharRange& range : set.ranges()) {
        for (uint32_t c = table_.class_of(range.first);
             c < table_.classes() && table_.class_first[c] <= range.last; ++c) {
          classes.push_back(c);
        }
      }
    }
    state_of({start}, true);
  }

  Result<Dfa> run() {
    constexpr size_t kDistinctMax = 8;  // that are compared
    std::vector<std::vector<uint32_t>> targets(table_.classes());
    std::vector<size_t> distinct;  // classes with targets of their own
    for (size_t i = 0; i < subsets_.size(); ++i) {
      for (auto& list : targets) list.clear();
      const std::vector<uint32_t> subset = subsets_[i];
      for (const uint32_t s : subset) {
        const Nfa::State& state = nfa_.states[s];
        if (state.set == UINT32_MAX) continue;
        for (const uint32_t c : set_classes_[state.set]) targets[c].push_back(state.to);
        work_ += set_classes_[state.set].size();
      }
      distinct.clear();
      for (size_t c = 0; c < targets.size(); ++c) {
        if (targets[c].empty()) continue;
        const auto same = std::ranges::find_if(
            distinct, [&](size_t other) { return targets[other] == targets[c]; });
        const uint32_t to = same != distinct.end() ? table_.next[i * table_.classes() + *same]
                                                   : state_of(targets[c], false);
        table_.next[i * table_.classes() + c] = to;
        if (same == distinct.end() && distinct.size() < kDistinctMax) distinct.push_back(c);
      }
      if (work_ > kMaxRegexWork || subsets_.size() > kMaxDfaStates ||
          subsets_.size() * table_.classes() > kMaxDfaCells) {
        return fail(Code::kResourceExhausted, "regex: the expression is too complex");
      }
    }
    return Dfa(table_);
  }

 private:
  void close(std::vector<uint32_t>& set, bool at_start, bool at_end) {
    ++stamp_;
    std::vector<uint32_t> out;
    std::vector<uint32_t> work = set;
    while (!work.empty()) {
      const uint32_t s = work.back();
      work.pop_back();
      ++work_;
      if (mark_[s] == stamp_) continue;
      mark_[s] = stamp_;
      out.push_back(s);
      for (const Nfa::Edge& edge : nfa_.states[s].free) {
        const bool open = edge.kind == EdgeKind::kFree ||
                          (edge.kind == EdgeKind::kAtStart && at_start) ||
                          (edge.kind == EdgeKind::kAtEnd && at_end);
        if (open && mark_[edge.to] != stamp_) work.push_back(edge.to);
      }
    }
    std::ranges::sort(out);
    set = std::move(out);
  }

  uint32_t state_of(std::vector<uint32_t> set, bool at_start) {
    std::vector<uint32_t> ended = set;
    close(ended, at_start, true);
    const bool accepting = std::ranges::binary_search(ended, final_);
    close(set, at_start, false);
    // What only end assertions tell apart is told apart by acceptance.
    std::vector<uint32_t> key = set;
    key.push_back(accepting ? 1 : 0);
    const auto [at, fresh] = ids_.try_emplace(std::move(key), 0);
    if (fresh) {
      at->second = table_.add_state(accepting);
      subsets_.push_back(std::move(set));
    }
    return at->second;
  }

  const Nfa& nfa_;
  uint32_t final_;
  DfaTable table_;
  std::vector<std::vector<uint32_t>> set_classes_;
  std::vector<std::vector<uint32_t>> subsets_;
  std::map<std::vector<uint32_t>, uint32_t> ids_;
  std::vector<uint32_t> mark_;
  uint32_t stamp_ = 0;
  size_t work_ = 0;
};

}  // namespace

Result<Dfa> compile_regex(std::string_view pattern, RegexMatch match) {
  LAR_TRY(const RegexTree tree, parse_regex(pattern));
  Nfa nfa;
  NfaBuilder builder(tree, nfa);
  const uint32_t start = nfa.add();
  LAR_TRY(const uint32_t end, builder.add(tree.root, start));
  uint32_t first = start;
  uint32_t final = end;
  if (match == RegexMatch::kSearch) {
    const auto any = static_cast<uint32_t>(nfa.sets.size());
    nfa.sets.push_back(CharSet::all());
    // .* in front and behind, as states that read any character and stay.
    first = nfa.add();
    nfa.link(first, start);
    const uint32_t before = nfa.add();
    nfa.link(first, before);
    nfa.states[before].set = any;
    nfa.states[before].to = first;
    final = nfa.add();
    nfa.link(end, final);
    const uint32_t after = nfa.add();
    nfa.link(final, after);
    nfa.states[after].set = any;
    nfa.states[after].to = final;
  }
  return Determinizer(nfa, first, final).run();
}

}  // namespace lar::constrain

// The automaton of a GBNF grammar over bytes. A frame is a place in a rule: the set of positions
// it may be at, so that a rule is deterministic in itself and only calls branch.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "base/result.h"
#include "constrain/automaton.h"
#include "constrain/dfa.h"
#include "constrain/gbnf_syntax.h"

namespace lar::constrain {

constexpr size_t kMaxGbnfPositions = 400'000;
constexpr size_t kMaxLeftCalls = 400;  // rules that begin with one another
constexpr size_t kMaxMoves = 8'192;    // ways one byte can be read at one place

class GbnfRules {
 public:
  // Starts a value of an outer rule: (rule, byte, frame to return to, moves).
  using Outer = std::function<void(uint32_t, uint8_t, StateId, MoveList&)>;

  // The kind of our states in the shared `states`, which is borrowed.
  static constexpr uint32_t kKind = 64;

  // `texts`: rules that are no part of the syntax but the strings of an automaton. Errors:
  // invalid_argument for left recursion; resource_exhausted.
  static Result<GbnfRules> create(const GbnfSyntax& syntax,
                                  const std::map<uint32_t, Dfa>& texts,
                                  Interner& states,
                                  Outer outer);

  // A grammar of the strings of an automaton.
  static Result<GbnfRules> of_strings(const Dfa& strings, Interner& states);

  StateId root();
  void step(StateId state, uint8_t byte, MoveList& out);
  bool accepting(StateId state) const;
  bool final_only(StateId state) const;
  void token_edges(StateId state, std::vector<TokenEdge>& out);

  // Set once a byte could be read in more than kMaxMoves ways.
  bool exhausted() const { return exhausted_; }

 private:
  static constexpr uint32_t kNowhere = UINT32_MAX;
  struct ByteEdge {
    uint8_t first = 0;
    uint8_t last = 0;
    uint32_t to = 0;
  };
  struct Position {
    std::vector<uint32_t> free;
    std::vector<ByteEdge> bytes;
    uint32_t rule = kNowhere;  // calls it, then `to`
    uint32_t token = kNowhere;
    bool negated = false;
    uint32_t to = 0;
    bool end = false;  // of the rule
  };

  explicit GbnfRules(Interner& states, Outer outer) : states_(&states), outer_(std::move(outer)) {}

  uint32_t add() {
    positions_.emplace_back();
    return static_cast<uint32_t>(positions_.size() - 1);
  }
  Result<uint32_t> build(const GbnfSyntax& syntax, uint32_t node, uint32_t from);
  Result<uint32_t> build_repeat(const GbnfSyntax& syntax, const GbnfNode& node, uint32_t from);
  Result<uint32_t> build_strings(const Dfa& strings);
  uint32_t build_set(const CharSet& set, uint32_t from);
  void link_set(const CharSet& set, uint32_t from, uint32_t to);
  void find_nullable();
  Result<void> check_left_recursion(const GbnfSyntax& syntax);
  std::vector<uint32_t> close(std::vector<uint32_t> set) const;
  StateId state_of(std::vector<uint32_t> set);
  StateId start_of(uint32_t rule);
  template <class Read>
  void collect(StateId state, std::vector<StateId>& frames, MoveList& out, Read read);

  Interner* states_;  // borrowed
  Outer outer_;
  std::vector<Position> positions_;
  std::vector<uint32_t> starts_;  // of each rule; kNowhere for outer ones
  std::vector<uint8_t> nullable_;
  std::vector<StateId> start_states_;
  uint32_t root_ = 0;
  bool exhausted_ = false;
};

}  // namespace lar::constrain

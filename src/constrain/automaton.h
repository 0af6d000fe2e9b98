// States of grammars as small integers, and what a byte does to them. A grammar is a pushdown
// automaton: a byte replaces the state on top of a stack by one or more states (calls), and a
// state that accepts may be left for the one below. States come into being when they are met;
// what is known about them is kept.
//
// One thread at a time: stepping fills the tables.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace lar::constrain {

using StateId = uint32_t;
constexpr StateId kDone = 0;  // nothing more may follow in this frame

constexpr size_t kMaxStates = 100'000;
constexpr size_t kMaxCheckStates = 1'000'000;  // where a whole text is checked
constexpr size_t kMaxRows = 60'000;            // states with a full table of 256 bytes (1 KiB each)

// A list of lists of states, each bottom to top.
class MoveList {
 public:
  void clear() {
    ids_.clear();
    ends_.clear();
  }
  void add(std::span<const StateId> frames) {
    ids_.insert(ids_.end(), frames.begin(), frames.end());
    ends_.push_back(static_cast<uint32_t>(ids_.size()));
  }
  void add(StateId state) { add(std::span<const StateId>(&state, 1)); }
  size_t size() const { return ends_.size(); }
  std::span<const StateId> operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {ids_.data() + begin, ends_[i] - begin};
  }

 private:
  std::vector<StateId> ids_;
  std::vector<uint32_t> ends_;
};

// Gives a number to every distinct sequence of words.
class Interner {
 public:
  Interner();
  uint32_t intern(std::span<const uint32_t> key);
  std::span<const uint32_t> key(uint32_t id) const {
    return {words_.data() + begin_[id], begin_[id + 1] - begin_[id]};
  }
  size_t size() const { return begin_.size() - 1; }
  size_t words() const { return words_.size(); }
  // Forgets the ids from `size` on, if there are any.
  void shrink(size_t size);

 private:
  void grow();

  std::vector<uint32_t> words_;
  std::vector<uint32_t> begin_{0};
  std::vector<uint32_t> slots_;  // open addressing; id + 1, 0 free
};

// What a token does where a grammar names tokens and not text.
struct TokenEdge {
  uint32_t token = 0;
  bool negated = false;  // any token but this
  MoveList moves;
};

// The rules that give states their meaning.
class Rules {
 public:
  virtual ~Rules() = default;
  virtual void step(StateId state, uint8_t byte, MoveList& out) = 0;
  virtual bool accepting(StateId state) = 0;
  virtual bool final_only(StateId state) = 0;  // accepting, and no byte or token leads on
  // Whether the moves depend on nothing but the state and the byte.
  virtual bool cacheable(StateId state, uint8_t byte) const = 0;
  virtual void token_edges(StateId state, std::vector<TokenEdge>& out) = 0;
};

class Automaton {
 public:
  explicit Automaton(Interner& states, Rules& rules) : states_(states), rules_(rules) {}

  static constexpr uint32_t kLocal = 1U << 31;  // the low bits are the one state that follows
  static constexpr uint32_t kNoMove = 1;

  // kNoMove, kLocal | state, or another code for `moves`; the result holds until the next call.
  uint32_t step(StateId state, uint8_t byte) {
    if (state < rows_.size() && rows_[state] != nullptr) {
      const uint32_t code = (*rows_[state])[byte];
      if (code != 0) return code;
    }
    return compute(state, byte);
  }
  const MoveList& moves(uint32_t code) const { return move_lists_[code]; }

  // Accepting, or nothing but accepting.
  bool may_end(StateId state) { return (flags(state) & (kAccepting | kFinal)) != 0; }
  bool accepting(StateId state) { return (flags(state) & kAccepting) != 0; }
  bool final_only(StateId state) { return (flags(state) & kFinal) != 0; }
  std::span<const TokenEdge> token_edges(StateId state);

  // States that come into being after a mark, and that nothing kept refers to, can be forgotten:
  // those that only a walk over possible continuations has met.
  StateId mark() const { return static_cast<StateId>(states_.size()); }
  void forget_since(StateId mark);

  // True once the limits are reached; every later step may lack moves.
  bool exhausted() const { return exhausted_; }
  void allow_states(size_t count) { max_states_ = count; }
  size_t states() const { return states_.size(); }
  // About how much the tables hold.
  size_t bytes() const {
    return states_.words() * 4 + states_.size() * 24 + row_count_ * sizeof(Row) +
           move_lists_.size() * 64;
  }

 private:
  static constexpr uint8_t kKnown = 1;
  static constexpr uint8_t kAccepting = 2;
  static constexpr uint8_t kFinal = 4;

  uint8_t flags(StateId state) {
    if (state < flags_.size() && flags_[state] != 0) return flags_[state];
    return compute_flags(state);
  }
  uint8_t compute_flags(StateId state);
  uint32_t compute(StateId state, uint8_t byte);

  using Row = std::array<uint32_t, 256>;
  Interner& states_;
  Rules& rules_;
  std::vector<std::unique_ptr<Row>> rows_;
  size_t row_count_ = 0;
  // 0 and 1 are no codes; 2 is scratch for states without a row.
  std::deque<MoveList> move_lists_ = std::deque<MoveList>(3);
  std::vector<uint8_t> flags_;
  std::unordered_map<StateId, std::vector<TokenEdge>> token_edges_;
  size_t max_states_ = kMaxStates;
  StateId kept_states_ = 0;  // the states that rows and moves refer to are below
  bool exhausted_ = false;
};

}  // namespace lar::constrain

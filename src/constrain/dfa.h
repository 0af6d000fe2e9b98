// Deterministic automata over Unicode characters: the sets of strings that a schema can speak of.
// Closed under intersection, union and difference; every state kept can still reach acceptance.
// Immutable once made. Surrogates are no characters: no automaton reads one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "constrain/char_set.h"

namespace lar::constrain {

constexpr size_t kMaxDfaStates = 20'000;
constexpr size_t kMaxDfaCells = size_t{4} << 20;  // states x character classes

// The raw table an automaton is made from; states that cannot accept are removed by `Dfa`.
struct DfaTable {
  std::vector<char32_t> class_first{0};  // class i is [class_first[i], class_first[i+1])
  std::vector<uint32_t> next;            // [state, class]
  std::vector<uint8_t> accept;           // [state]

  // Splits the alphabet at `c`, before any state is added.
  void cut(char32_t c);
  void finish_classes();
  size_t classes() const { return class_first.size(); }
  uint32_t add_state(bool accepting);
  uint32_t class_of(char32_t c) const;
};

class Dfa {
 public:
  static constexpr uint32_t kDead = UINT32_MAX;
  static constexpr uint32_t kUnbounded = UINT32_MAX;

  static Dfa any();
  static Dfa none();
  // Exactly these strings (valid UTF-8). Error: resource_exhausted.
  static Result<Dfa> of_strings(std::span<const std::string> strings);
  // Strings of `min` to `max` characters; max may be kUnbounded. Error: resource_exhausted.
  static Result<Dfa> of_length(uint32_t min, uint32_t max);
  // State 0 is the start.
  explicit Dfa(const DfaTable& table);

  uint32_t start() const { return start_; }
  uint32_t next(uint32_t state, char32_t c) const {
    return next_[size_t{state} * classes() + class_of(c)];
  }
  bool accepts(uint32_t state) const { return state != kDead && accept_[state] != 0; }
  bool accepts(std::string_view utf8) const;

  // Characters to acceptance from a (live) state, at least and at most.
  uint32_t shortest(uint32_t state) const { return shortest_[state]; }
  uint32_t longest(uint32_t state) const { return longest_[state]; }

  // For every state: how many characters of the set can be read from it, whichever they are
  // (kUnbounded: any number).
  std::vector<uint32_t> free_runs(const CharSet& set) const;

  bool empty() const { return start_ == kDead; }
  bool universal() const { return universal_; }
  size_t states() const { return accept_.size(); }
  size_t cells() const { return next_.size(); }

  // Whether accept(next state) holds for a character of [first, last].
  template <class F>
  bool any_next(uint32_t state, char32_t first, char32_t last, F accept) const {
    for (uint32_t c = class_of(first); c < classes() && class_first_[c] <= last; ++c) {
      const uint32_t to = next_[size_t{state} * classes() + c];
      if (to != kDead && accept(to)) return true;
    }
    return false;
  }

  // Calls use(first, last, next state) for the character ranges that lead on.
  template <class F>
  void for_each_edge(uint32_t state, F use) const {
    for (size_t c = 0; c < classes(); ++c) {
      const uint32_t to = next_[size_t{state} * classes() + c];
      const char32_t end = c + 1 < classes() ? class_first_[c + 1] : kMaxCodePoint + 1;
      if (to != kDead) use(class_first_[c], end - 1, to);
    }
  }

  // All strings (accepted from state `from`), if there are at most `limit`.
  std::optional<std::vector<std::string>> enumerate(size_t limit) const {
    return enumerate(limit, start_);
  }
  std::optional<std::vector<std::string>> enumerate(size_t limit,
                                                    uint32_t from,
                                                    uint32_t max_length = kUnbounded) const;

  enum class Op { kAnd, kOr, kMinus };
  // Error: resource_exhausted over kMaxDfaStates or kMaxDfaCells.
  static Result<Dfa> combine(const Dfa& a, const Dfa& b, Op op);

 private:
  size_t classes() const { return class_first_.size(); }
  uint32_t class_of(char32_t c) const;
  void trim();
  void minimize();
  void merge_classes();
  void measure();

  std::vector<char32_t> class_first_;
  std::array<uint16_t, 128> ascii_class_{};
  std::vector<uint32_t> next_;
  std::vector<uint8_t> accept_;
  std::vector<uint32_t> shortest_;
  std::vector<uint32_t> longest_;
  uint32_t start_ = 0;
  bool universal_ = false;
};

}  // namespace lar::constrain

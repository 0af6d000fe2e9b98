// Which tokens may come next. The work is split as the automaton is: what a state allows inside
// its own frame is computed once and kept; at run time only the tokens that leave the frame are
// looked at against the stack.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

#include "constrain/stepper.h"
#include "constrain/vocabulary.h"

namespace lar::constrain {

constexpr size_t kMaxKeptMasks = 1'024;  // of one grammar; about 20 KB each for 150,000 tokens
constexpr size_t kMaxSuffixes =
    32'768;  // texts of one mask that are sorted into a trie of their own

class MaskCache {
 public:
  // How a grammar relates states to masks; see JsonRules.
  struct Hooks {
    std::function<void(std::string_view)> look_at;  // may be empty: steps do not look at the text
    std::function<StateId(StateId, size_t longest)> mask_state;
    // How much plain text a state reads, whichever it is.
    std::function<FreeRun(StateId, size_t slice)> free_run;
    std::function<ContentRun(StateId)> content_run;
    // The words of a state whose mask does not depend on the grammar, or nothing.
    std::function<std::span<const uint32_t>(StateId)> shared_key;
  };

  MaskCache(std::shared_ptr<const Vocabulary> vocabulary, Hooks hooks)
      : vocabulary_(std::move(vocabulary)), hooks_(std::move(hooks)) {}

  const std::shared_ptr<const Vocabulary>& vocabulary() const { return vocabulary_; }

  // Sets the bits of the tokens whose text some thread can read. `bits` has mask_words() words.
  void fill(Stepper& stepper, std::span<const Thread> threads, std::span<uint64_t> bits);

  // About how much the kept masks hold.
  size_t bytes() const { return kept_.size() * (vocabulary_->mask_words() * 8 + 4096); }

  // The mask of a state; made if it is not kept.
  std::shared_ptr<const StateMask> mask(Stepper& stepper, StateId state);

 private:
  struct Range {  // of nodes, all below one of depth `skipped`
    uint32_t begin = 0;
    uint32_t end = 0;
    size_t skipped = 0;
  };
  // The threads at one depth of a walk. Mostly there is one.
  struct Level {
    bool single = true;
    Thread thread;
    std::vector<Thread> threads;
    std::span<const Thread> all() const {
      return single ? std::span<const Thread>(&thread, 1) : std::span<const Thread>(threads);
    }
  };
  class Maker;

  void fill_thread(Stepper& stepper, Thread thread, std::span<uint64_t> bits);
  void fill_after(Stepper& stepper, const StateMask& mask, Thread next, std::span<uint64_t> bits);
  std::shared_ptr<const StateMask> make(Stepper& stepper, StateId state);
  FreeRun free_run(StateId state, size_t slice);
  ContentRun content_run(StateId state);

  // One byte on; false where nothing reads it.
  static bool advance(Stepper& stepper, const Level& from, uint8_t byte, Level& to);
  // Calls visit(node, level) for every node of `range` whose text after its first `skipped` bytes
  // can be read from `first`. Where it returns false, what is below the node is left out.
  template <class Visit>
  void walk(Stepper& stepper, const TokenTrie& trie, Range range, Thread first, Visit visit);

  std::shared_ptr<const Vocabulary> vocabulary_;
  Hooks hooks_;
  std::unordered_map<StateId, std::shared_ptr<const StateMask>> kept_;
  std::deque<StateId> order_;  // of keeping
  std::vector<Level> levels_;
  std::string path_;  // of the walk
};

}  // namespace lar::constrain

// Runs an automaton: threads (a state on top of stacks) and what a byte or token makes of them.
// Stacks are a graph: a frame knows all frames it may stand on, so that readings that differ only
// below are one thread. Equal frames and equal sets of frames are the same number.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "constrain/automaton.h"

namespace lar::constrain {

constexpr size_t kMaxThreads = 2'048;
constexpr size_t kMaxStackWords = size_t{2} << 20;  // all stacks of one sequence

using FrameId = uint32_t;
constexpr FrameId kNoFrame = 0;       // the bottom
constexpr FrameId kUnknownFrame = 1;  // what is below is not looked at

// One frame, or a set of several (see StackPool::frames).
using BelowId = uint32_t;

struct Thread {
  StateId top = kDone;
  BelowId below = kNoFrame;
  bool operator==(const Thread&) const = default;
};

// Marks numbers, all of them unmarked at once.
class Marks {
 public:
  void clear() { ++round_; }
  // False if it is marked already since the last clear().
  bool mark(uint32_t id) {
    if (marked_.size() <= id) marked_.resize(size_t{id} + 1 + marked_.size() / 2, 0);
    return std::exchange(marked_[id], round_) != round_;
  }

 private:
  std::vector<uint64_t> marked_;  // the round of the last mark
  uint64_t round_ = 0;
};

class StackPool {
 public:
  struct Size {
    size_t frames = 0;
    size_t sets = 0;
  };

  StackPool() : frames_(2) {}

  FrameId push(StateId state, BelowId below);
  const Thread& frame(FrameId id) const { return frames_[id]; }
  // The frames of a set; `single` is storage for a set of one.
  std::span<const FrameId> frames(const BelowId& below) const {
    if ((below & kSetBit) == 0) return {&below, 1};
    return sets_.key(below & ~kSetBit);
  }
  static bool is_set(BelowId below) { return (below & kSetBit) != 0; }
  // Numbers sets from 0.
  static uint32_t set_number(BelowId below) { return below & ~kSetBit; }
  // All frames of all of them; there is at least one.
  BelowId unite(std::span<const BelowId> parts);

  Size size() const { return {frames_.size(), sets_.size()}; }
  size_t words() const { return 2 * frames_.size() + sets_.words(); }
  // Forgets what was made since the pool had this size.
  void shrink(Size size);

 private:
  static constexpr BelowId kSetBit = 1U << 31;

  std::vector<Thread> frames_;
  std::unordered_map<uint64_t, FrameId> frame_ids_;
  Interner sets_;  // of sorted frames, at least two
  std::vector<FrameId> united_;
  Marks united_frames_;
  Marks united_sets_;
};

class Stepper {
 public:
  Stepper(Automaton& automaton, StackPool& pool) : automaton_(automaton), pool_(pool) {}

  // The threads after `byte`, one for a top state, in `out` (which is cleared first).
  void step(std::span<const Thread> threads, uint8_t byte, std::vector<Thread>& out);

  // The threads and all below them that they may be left for, one for a top state.
  std::vector<Thread> exits(std::span<const Thread> threads);
  // The frames right below a thread as threads, one for a top state.
  std::vector<Thread> below(Thread thread);

  // Gathers threads: between begin() and finish() each is added once.
  void begin();
  void add(Thread thread);
  // Adds what the moves of one thread lead to.
  void apply(const MoveList& moves, BelowId below);
  // The threads gathered, one for a top state, in `out` (which is cleared first).
  void finish(std::vector<Thread>& out);

  // Whether the thread may end with `below` as the next frame (kNoFrame: the whole is complete).
  bool ends_at(Thread thread, FrameId below);

  Automaton& automaton() { return automaton_; }
  StackPool& pool() { return pool_; }
  // Set once there was more to follow than a limit allows; later results are incomplete.
  bool exhausted() const { return exhausted_ || automaton_.exhausted(); }

 private:
  // Calls use(thread) for it and all below that it may be left for, each frame once a round.
  template <class Use>
  void leave(Thread thread, Use use);

  Automaton& automaton_;
  StackPool& pool_;
  Marks left_;       // frames that were come to by leaving those above
  Marks left_sets_;  // sets of them
  Marks added_;      // frames that took the place of finished ones
  std::vector<Thread> gathered_;
  std::vector<Thread> work_;
  std::vector<Thread> leaving_;
  std::vector<std::pair<size_t, BelowId>> links_;
  std::vector<BelowId> parts_;
  std::unordered_map<StateId, size_t> index_;
  bool exhausted_ = false;
};

}  // namespace lar::constrain

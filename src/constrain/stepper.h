// Runs an automaton: threads (a state on top of stacks) and what a byte or token makes of them.
// Stacks are a graph: a frame knows all frames it may stand on, so that readings that differ only
// below are one thread. Equal frames and equal sets of frames are the same number.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "constrain/automaton.h"

namespace lar::constrain {

constexpr size_t kMaxThreads = 2'048;

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
    return sets_[below & ~kSetBit];
  }
  BelowId unite(BelowId a, BelowId b);

  Size size() const { return {frames_.size(), sets_.size()}; }
  // Forgets what was made since the pool had this size.
  void shrink(Size size);

 private:
  static constexpr BelowId kSetBit = 1U << 31;

  std::vector<Thread> frames_;
  std::unordered_map<uint64_t, FrameId> frame_ids_;
  std::vector<std::vector<FrameId>> sets_;  // sorted, at least two
  std::map<std::vector<FrameId>, BelowId> set_ids_;
};

class Stepper {
 public:
  Stepper(Automaton& automaton, StackPool& pool) : automaton_(automaton), pool_(pool) {}

  // The threads after `byte`, one for a top state, in `out` (which is cleared first).
  void step(std::span<const Thread> threads, uint8_t byte, std::vector<Thread>& out);
  // Adds what the moves of one thread lead to.
  void apply(const MoveList& moves, BelowId below, std::vector<Thread>& out);

  // Calls use(thread) for the thread and every one below that it may be left for.
  template <class F>
  void for_each_exit(Thread thread, F use) {
    use(thread);
    if (!automaton_.accepting(thread.top)) return;
    std::vector<Thread> seen{thread};
    for (size_t i = 0; i < seen.size(); ++i) {
      if (!automaton_.accepting(seen[i].top)) continue;
      const BelowId below = seen[i].below;
      for (const FrameId id : pool_.frames(below)) {
        if (id <= kUnknownFrame || contains(seen, pool_.frame(id))) continue;
        seen.push_back(pool_.frame(id));
        use(seen.back());
      }
    }
  }

  // Whether the thread may end with `below` as the next frame (kNoFrame: the whole is complete).
  bool ends_at(Thread thread, FrameId below);

  Automaton& automaton() { return automaton_; }
  StackPool& pool() { return pool_; }
  // Set once there were more than kMaxThreads threads; later results are incomplete.
  bool exhausted() const { return exhausted_ || automaton_.exhausted(); }

 private:
  static bool contains(const std::vector<Thread>& list, const Thread& thread);
  void add(Thread thread, std::vector<Thread>& out);

  Automaton& automaton_;
  StackPool& pool_;
  bool exhausted_ = false;
};

}  // namespace lar::constrain

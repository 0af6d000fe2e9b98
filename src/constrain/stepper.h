// Runs an automaton: threads (a state on a stack) and what a byte or token makes of them. Stacks
// are linked lists in a pool, equal stacks are the same node.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "constrain/automaton.h"

namespace lar::constrain {

constexpr size_t kMaxThreads = 2'048;

using StackId = uint32_t;
constexpr StackId kNoStack = 0;       // nothing below
constexpr StackId kUnknownStack = 1;  // what is below is not looked at

struct Thread {
  StateId top = kDone;
  StackId below = kNoStack;
  bool operator==(const Thread&) const = default;
};

class StackPool {
 public:
  StackPool() : nodes_(2) {}

  StackId push(StateId state, StackId below);
  StateId state(StackId id) const { return nodes_[id].top; }
  StackId below(StackId id) const { return nodes_[id].below; }
  size_t size() const { return nodes_.size(); }
  // Forgets the nodes made since the pool had this size.
  void shrink(size_t size);

 private:
  std::vector<Thread> nodes_;
  std::unordered_map<uint64_t, StackId> ids_;
};

class Stepper {
 public:
  Stepper(Automaton& automaton, StackPool& pool) : automaton_(automaton), pool_(pool) {}

  // The threads after `byte`, without duplicates, in `out` (which is cleared first).
  void step(std::span<const Thread> threads, uint8_t byte, std::vector<Thread>& out);
  // After the moves of one thread.
  void apply(const MoveList& moves, StackId below, std::vector<Thread>& out);

  // Calls use(thread) for the thread and every one below that it may be left for.
  template <class F>
  void for_each_exit(Thread thread, F use) {
    while (true) {
      use(thread);
      if (thread.below <= kUnknownStack || !automaton_.accepting(thread.top)) return;
      thread = {pool_.state(thread.below), pool_.below(thread.below)};
    }
  }

  // Whether the thread may end with `below` as the next frame (kNoStack: the whole is complete).
  bool ends_at(Thread thread, StackId below);

  Automaton& automaton() { return automaton_; }
  StackPool& pool() { return pool_; }
  // Set once there were more than kMaxThreads threads; later results are incomplete.
  bool exhausted() const { return exhausted_ || automaton_.exhausted(); }

 private:
  void add(Thread thread, std::vector<Thread>& out);

  Automaton& automaton_;
  StackPool& pool_;
  bool exhausted_ = false;
};

}  // namespace lar::constrain

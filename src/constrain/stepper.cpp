#include "constrain/stepper.h"

#include <algorithm>

namespace lar::constrain {

StackId StackPool::push(StateId state, StackId below) {
  const auto [at, fresh] = ids_.try_emplace((uint64_t{state} << 32) | below, 0);
  if (fresh) {
    at->second = static_cast<StackId>(nodes_.size());
    nodes_.push_back({state, below});
  }
  return at->second;
}

void StackPool::shrink(size_t size) {
  while (nodes_.size() > size) {
    const Thread& node = nodes_.back();
    ids_.erase((uint64_t{node.top} << 32) | node.below);
    nodes_.pop_back();
  }
}

void Stepper::add(Thread thread, std::vector<Thread>& out) {
  while (thread.below > kUnknownStack && automaton_.final_only(thread.top)) {
    thread = {pool_.state(thread.below), pool_.below(thread.below)};
  }
  if (std::ranges::find(out, thread) != out.end()) return;
  if (out.size() >= kMaxThreads) {
    exhausted_ = true;
    return;
  }
  out.push_back(thread);
}

void Stepper::apply(const MoveList& moves, StackId below, std::vector<Thread>& out) {
  for (size_t i = 0; i < moves.size(); ++i) {
    const auto frames = moves[i];
    StackId under = below;
    for (size_t f = 0; f + 1 < frames.size(); ++f) under = pool_.push(frames[f], under);
    add({frames.back(), under}, out);
  }
}

void Stepper::step(std::span<const Thread> threads, uint8_t byte, std::vector<Thread>& out) {
  out.clear();
  for (const Thread& thread : threads) {
    for_each_exit(thread, [&](Thread at) {
      const uint32_t code = automaton_.step(at.top, byte);
      if (code == Automaton::kNoMove) return;
      if ((code & Automaton::kLocal) != 0) {
        add({code & ~Automaton::kLocal, at.below}, out);
      } else {
        apply(automaton_.moves(code), at.below, out);
      }
    });
  }
}

bool Stepper::ends_at(Thread thread, StackId below) {
  bool ends = false;
  for_each_exit(thread, [&](Thread at) {
    ends = ends || (at.below == below && automaton_.accepting(at.top));
  });
  return ends;
}

}  // namespace lar::constrain

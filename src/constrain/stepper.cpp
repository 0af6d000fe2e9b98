#include "constrain/stepper.h"

#include <algorithm>

namespace lar::constrain {

FrameId StackPool::push(StateId state, BelowId below) {
  const auto [at, fresh] = frame_ids_.try_emplace((uint64_t{state} << 32) | below, 0);
  if (fresh) {
    at->second = static_cast<FrameId>(frames_.size());
    frames_.push_back({state, below});
  }
  return at->second;
}

BelowId StackPool::unite(BelowId a, BelowId b) {
  if (a == b) return a;
  const auto in_a = frames(a);
  const auto in_b = frames(b);
  std::vector<FrameId> both;
  std::ranges::set_union(in_a, in_b, std::back_inserter(both));
  if (both.size() == in_a.size()) return a;
  if (both.size() == in_b.size()) return b;
  const auto [at, fresh] = set_ids_.try_emplace(both, kSetBit | static_cast<BelowId>(sets_.size()));
  if (fresh) sets_.push_back(std::move(both));
  return at->second;
}

void StackPool::shrink(Size size) {
  while (frames_.size() > size.frames) {
    const Thread& frame = frames_.back();
    frame_ids_.erase((uint64_t{frame.top} << 32) | frame.below);
    frames_.pop_back();
  }
  while (sets_.size() > size.sets) {
    set_ids_.erase(sets_.back());
    sets_.pop_back();
  }
}

bool Stepper::contains(const std::vector<Thread>& list, const Thread& thread) {
  return std::ranges::find(list, thread) != list.end();
}

void Stepper::add(Thread thread, std::vector<Thread>& out) {
  if (automaton_.final_only(thread.top)) {
    // Nothing more can be read here: the frames below take its place.
    bool stays = false;
    const BelowId below = thread.below;
    const auto frames = pool_.frames(below);
    const std::vector<FrameId> copy(frames.begin(), frames.end());
    for (const FrameId id : copy) {
      if (id <= kUnknownFrame) {
        stays = true;
      } else {
        add(pool_.frame(id), out);
      }
    }
    if (!stays) return;
    if (copy.size() > 1) {
      for (const FrameId id : copy) {
        if (id <= kUnknownFrame) thread.below = id;
      }
    }
  }
  const auto same = std::ranges::find(out, thread.top, &Thread::top);
  if (same != out.end()) {
    same->below = pool_.unite(same->below, thread.below);
    return;
  }
  if (out.size() >= kMaxThreads) {
    exhausted_ = true;
    return;
  }
  out.push_back(thread);
}

void Stepper::apply(const MoveList& moves, BelowId below, std::vector<Thread>& out) {
  for (size_t i = 0; i < moves.size(); ++i) {
    const auto frames = moves[i];
    BelowId under = below;
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

bool Stepper::ends_at(Thread thread, FrameId below) {
  bool ends = false;
  for_each_exit(thread, [&](Thread at) {
    if (ends || !automaton_.accepting(at.top)) return;
    ends = std::ranges::find(pool_.frames(at.below), below) != pool_.frames(at.below).end();
  });
  return ends;
}

}  // namespace lar::constrain

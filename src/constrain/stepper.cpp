#include "constrain/stepper.h"

#include <algorithm>

namespace lar::constrain {
namespace {

constexpr size_t kFewThreads = 16;  // looked through one by one

}  // namespace

FrameId StackPool::push(StateId state, BelowId below) {
  const auto [at, fresh] = frame_ids_.try_emplace((uint64_t{state} << 32) | below, 0);
  if (fresh) {
    at->second = static_cast<FrameId>(frames_.size());
    frames_.push_back({state, below});
  }
  return at->second;
}

BelowId StackPool::unite(std::span<const BelowId> parts) {
  if (std::ranges::all_of(parts, [&](BelowId part) { return part == parts[0]; })) return parts[0];
  // Ambiguous grammars unite many large sets that have most frames in common.
  united_.clear();
  united_frames_.clear();
  united_sets_.clear();
  for (const BelowId& part : parts) {
    if (is_set(part) && !united_sets_.mark(set_number(part))) continue;
    for (const FrameId id : frames(part)) {
      if (united_frames_.mark(id)) united_.push_back(id);
    }
  }
  std::ranges::sort(united_);
  return united_.size() == 1 ? united_[0] : kSetBit | sets_.intern(united_);
}

void StackPool::shrink(Size size) {
  while (frames_.size() > size.frames) {
    const Thread& frame = frames_.back();
    frame_ids_.erase((uint64_t{frame.top} << 32) | frame.below);
    frames_.pop_back();
  }
  sets_.shrink(size.sets);
}

void Stepper::begin() {
  gathered_.clear();
  added_.clear();
}

void Stepper::add(Thread first) {
  if (!automaton_.final_only(first.top)) {
    gathered_.push_back(first);
    return;
  }
  // Nothing more can be read here: the frames below take its place.
  work_.assign(1, first);
  while (!work_.empty()) {
    const Thread thread = work_.back();
    work_.pop_back();
    if (!automaton_.final_only(thread.top)) {
      gathered_.push_back(thread);
      continue;
    }
    for (const FrameId id : pool_.frames(thread.below)) {
      if (id <= kUnknownFrame) {
        gathered_.push_back({thread.top, id});
      } else if (added_.mark(id)) {
        work_.push_back(pool_.frame(id));
      }
    }
  }
}

void Stepper::apply(const MoveList& moves, BelowId below) {
  for (size_t i = 0; i < moves.size(); ++i) {
    const auto frames = moves[i];
    BelowId under = below;
    for (size_t f = 0; f + 1 < frames.size(); ++f) under = pool_.push(frames[f], under);
    add({frames.back(), under});
  }
}

void Stepper::finish(std::vector<Thread>& out) {
  out.clear();
  if (pool_.words() > kMaxStackWords) exhausted_ = true;
  if (gathered_.size() == 1) {
    out.push_back(gathered_[0]);
    return;
  }
  links_.clear();
  index_.clear();
  const bool few = gathered_.size() <= kFewThreads;
  for (const Thread& thread : gathered_) {
    size_t at = out.size();
    if (few) {
      at = static_cast<size_t>(std::ranges::find(out, thread.top, &Thread::top) - out.begin());
    } else {
      at = index_.try_emplace(thread.top, at).first->second;
    }
    if (at < out.size()) {
      links_.emplace_back(at, thread.below);
    } else {
      out.push_back(thread);
    }
  }
  std::ranges::sort(links_);
  for (size_t i = 0; i < links_.size();) {
    const size_t at = links_[i].first;
    parts_.assign(1, out[at].below);
    for (; i < links_.size() && links_[i].first == at; ++i) parts_.push_back(links_[i].second);
    out[at].below = pool_.unite(parts_);
  }
  if (out.size() > kMaxThreads) exhausted_ = true;
}

template <class Use>
void Stepper::leave(Thread thread, Use use) {
  use(thread);
  if (!automaton_.accepting(thread.top)) return;
  leaving_.assign(1, thread);
  while (!leaving_.empty()) {
    const Thread from = leaving_.back();
    leaving_.pop_back();
    if (StackPool::is_set(from.below) && !left_sets_.mark(StackPool::set_number(from.below))) {
      continue;
    }
    for (const FrameId id : pool_.frames(from.below)) {
      if (id <= kUnknownFrame || !left_.mark(id)) continue;
      const Thread frame = pool_.frame(id);
      if (automaton_.accepting(frame.top)) leaving_.push_back(frame);
      use(frame);
    }
  }
}

void Stepper::step(std::span<const Thread> threads, uint8_t byte, std::vector<Thread>& out) {
  begin();
  left_.clear();
  left_sets_.clear();
  for (const Thread& thread : threads) {
    leave(thread, [&](Thread at) {
      const uint32_t code = automaton_.step(at.top, byte);
      if (code == Automaton::kNoMove) return;
      if ((code & Automaton::kLocal) != 0) {
        add({code & ~Automaton::kLocal, at.below});
      } else {
        apply(automaton_.moves(code), at.below);
      }
    });
  }
  finish(out);
}

std::vector<Thread> Stepper::exits(std::span<const Thread> threads) {
  begin();
  left_.clear();
  left_sets_.clear();
  for (const Thread& thread : threads) {
    leave(thread, [&](Thread at) { gathered_.push_back(at); });
  }
  std::vector<Thread> out;
  finish(out);
  return out;
}

std::vector<Thread> Stepper::below(Thread thread) {
  begin();
  for (const FrameId id : pool_.frames(thread.below)) {
    if (id > kUnknownFrame) gathered_.push_back(pool_.frame(id));
  }
  std::vector<Thread> out;
  finish(out);
  return out;
}

bool Stepper::ends_at(Thread thread, FrameId below) {
  if (!automaton_.accepting(thread.top)) return false;
  bool ends = false;
  left_.clear();
  left_sets_.clear();
  leave(thread, [&](Thread at) {
    if (ends || !automaton_.accepting(at.top)) return;
    const auto ids = pool_.frames(at.below);
    ends = std::ranges::find(ids, below) != ids.end();
  });
  return ends;
}

}  // namespace lar::constrain

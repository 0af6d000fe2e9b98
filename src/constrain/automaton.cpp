#include "constrain/automaton.h"

#include <algorithm>

namespace lar::constrain {
namespace {

constexpr size_t kMaxInternedWords = size_t{32} << 20;
constexpr uint32_t kScratch = 2;

uint64_t hash_of(std::span<const uint32_t> key) {
  uint64_t h = 0x9E3779B97F4A7C15ULL ^ key.size();
  for (const uint32_t word : key) {
    h = (h ^ word) * 0xFF51AFD7ED558CCDULL;
    h ^= h >> 32;
  }
  return h;
}

}  // namespace

Interner::Interner() : slots_(1024, 0) {}

void Interner::grow() {
  std::vector<uint32_t> slots(slots_.size() * 2, 0);
  for (uint32_t id = 0; id < size(); ++id) {
    size_t at = hash_of(key(id)) & (slots.size() - 1);
    while (slots[at] != 0) at = (at + 1) & (slots.size() - 1);
    slots[at] = id + 1;
  }
  slots_ = std::move(slots);
}

// The last one in is the first one out, so every slot that is freed was the end of its chain.
void Interner::shrink(size_t size) {
  for (auto id = static_cast<uint32_t>(this->size()); id > size; --id) {
    size_t at = hash_of(key(id - 1)) & (slots_.size() - 1);
    while (slots_[at] != id) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = 0;
    begin_.pop_back();
  }
  words_.resize(begin_.back());
}

uint32_t Interner::intern(std::span<const uint32_t> wanted) {
  if (size() * 2 >= slots_.size()) grow();
  size_t at = hash_of(wanted) & (slots_.size() - 1);
  while (slots_[at] != 0) {
    if (std::ranges::equal(key(slots_[at] - 1), wanted)) return slots_[at] - 1;
    at = (at + 1) & (slots_.size() - 1);
  }
  words_.insert(words_.end(), wanted.begin(), wanted.end());
  begin_.push_back(static_cast<uint32_t>(words_.size()));
  slots_[at] = static_cast<uint32_t>(size());
  return static_cast<uint32_t>(size() - 1);
}

void Automaton::forget_since(StateId mark) {
  const StateId size = std::max(mark, kept_states_);
  if (size >= states_.size()) return;
  states_.shrink(size);
  if (flags_.size() > size) flags_.resize(size);
}

uint8_t Automaton::compute_flags(StateId state) {
  if (flags_.size() <= state) flags_.resize(std::max(states_.size(), size_t{state} + 1), 0);
  uint8_t value = kKnown;
  if (rules_.accepting(state)) value |= kAccepting;
  if (rules_.final_only(state)) value |= kFinal;
  flags_[state] = value;
  return value;
}

uint32_t Automaton::compute(StateId state, uint8_t byte) {
  if (states_.size() > max_states_ || states_.words() > kMaxInternedWords ||
      row_count_ > kMaxRows) {
    exhausted_ = true;
    return kNoMove;
  }
  MoveList& out = move_lists_[kScratch];
  out.clear();
  rules_.step(state, byte, out);
  uint32_t code = kScratch;
  if (out.size() == 0) {
    code = kNoMove;
  } else if (out.size() == 1 && out[0].size() == 1 && out[0][0] != kDone) {
    code = kLocal | out[0][0];
  }
  if (!rules_.cacheable(state, byte)) return code;
  kept_states_ = static_cast<StateId>(states_.size());
  if (code == kScratch) {
    code = static_cast<uint32_t>(move_lists_.size());
    MoveList copy = out;
    move_lists_.push_back(std::move(copy));
  }
  if (rows_.size() <= state) rows_.resize(std::max(states_.size(), size_t{state} + 1));
  if (rows_[state] == nullptr) {
    rows_[state] = std::make_unique<Row>();
    ++row_count_;
  }
  (*rows_[state])[byte] = code;
  return code;
}

std::span<const TokenEdge> Automaton::token_edges(StateId state) {
  const auto [at, fresh] = token_edges_.try_emplace(state);
  if (fresh) rules_.token_edges(state, at->second);
  return at->second;
}

}  // namespace lar::constrain

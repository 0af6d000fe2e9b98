#include "constrain/token_mask.h"

#include <algorithm>

namespace lar::constrain {
namespace {

void set_bit(std::span<uint64_t> bits, TokenId token) {
  bits[token / 64] |= uint64_t{1} << (token % 64);
}

}  // namespace

bool MaskCache::advance(Stepper& stepper, const Level& from, uint8_t byte, Level& to) {
  Automaton& automaton = stepper.automaton();
  if (from.single && !automaton.may_end(from.thread.top)) {
    const uint32_t code = automaton.step(from.thread.top, byte);
    if (code == Automaton::kNoMove) return false;
    const StateId next = code & ~Automaton::kLocal;
    if ((code & Automaton::kLocal) != 0 && !automaton.final_only(next)) {
      to.single = true;
      to.thread = {next, from.thread.below};
      return true;
    }
  }
  stepper.step(from.all(), byte, to.threads);
  to.single = to.threads.size() == 1;
  if (to.single) to.thread = to.threads[0];
  return !to.threads.empty();
}

template <class Visit>
void MaskCache::walk(
    Stepper& stepper, const TokenTrie& trie, Range range, Thread first, Visit visit) {
  if (levels_.size() <= trie.depth()) levels_.resize(trie.depth() + 1);
  if (path_.size() < trie.depth()) path_.resize(trie.depth());
  levels_[0].single = true;
  levels_[0].thread = first;
  const auto& nodes = trie.nodes();
  for (uint32_t i = range.begin; i < range.end;) {
    const TokenTrie::Node& node = nodes[i];
    const size_t depth = node.depth - range.skipped;
    if (hooks_.look_at) hooks_.look_at(std::string_view(path_).substr(0, depth - 1));
    path_[depth - 1] = static_cast<char>(node.byte);
    const bool on = advance(stepper, levels_[depth - 1], node.byte, levels_[depth]) &&
                    visit(i, std::as_const(levels_[depth]));
    i = on ? i + 1 : node.skip;
  }
}

// Makes the mask of one state: plain tokens by slices, the others by walks.
class MaskCache::Maker {
 public:
  Maker(MaskCache& cache, Stepper& stepper, StateId state)
      : cache_(cache), slices_(cache.vocabulary_->slices()), stepper_(stepper), state_(state) {
    mask_.bits.assign(cache.vocabulary_->mask_words(), 0);
  }

  StateMask make() {
    if (!make_content()) {
      for (size_t slice = 0; slice < TokenSlices::kCount; ++slice) make_slice(slice);
      walk(slices_.others(), TokenSlices::kCount);
    }
    if (rest_count_ <= kMaxSuffixes) gather_suffixes();
    return std::move(mask_);
  }

 private:
  void make_slice(size_t slice) {
    const FreeRun run = cache_.free_run(state_, slice);
    if (run.chars > 0) {
      slices_.add_up_to(slice, run.chars, mask_.bits);
      if (run.chars >= slices_.longest(slice)) return;
      if (run.only && run.chars <= TokenSlices::kMaxCounted) return;
    }
    walk(slices_.longer_than(slice, run.chars), slice);
  }

  // The mask of a state that reads any content of a string; false where it is none.
  bool make_content() {
    const ContentRun run = cache_.content_run(state_);
    if (run.chars == 0 || !slices_.add_content(run.chars, mask_.bits)) return false;
    walk(slices_.closing(), TokenSlices::kCount, run.branches, false);
    if (run.branches.none()) return true;
    for (size_t slice = 0; slice < TokenSlices::kCount; ++slice) {
      forbid(slices_.longer_than(slice, 0), run.branches);
      walk(slices_.longer_than(slice, 0), slice, run.branches, true);
    }
    forbid(slices_.others(), run.branches);
    walk(slices_.others(), TokenSlices::kCount, run.branches, true);
    return true;
  }

  void allow(const TokenTrie& trie, uint32_t begin, uint32_t end) {
    for (uint32_t t = begin; t < end; ++t) set_bit(mask_.bits, trie.tokens()[t]);
  }

  void forbid(const TokenTrie& trie, const std::bitset<256>& first_bytes) {
    const auto& nodes = trie.nodes();
    for (uint32_t i = 0; i < nodes.size(); i = nodes[i].skip) {
      if (!first_bytes[nodes[i].byte]) continue;
      for (uint32_t t = nodes[i].first_token; t < trie.tokens_end(nodes[i].skip - 1); ++t) {
        const TokenId token = trie.tokens()[t];
        mask_.bits[token / 64] &= ~(uint64_t{1} << (token % 64));
      }
    }
  }

  void walk(const TokenTrie& trie, size_t slice) { walk(trie, slice, {}, false); }

  // Looks at the texts whose first byte is in `first_bytes`, or is not, as `wanted` says.
  void walk(const TokenTrie& trie, size_t slice, const std::bitset<256>& first_bytes, bool wanted) {
    const auto& nodes = trie.nodes();
    for (uint32_t i = 0; i < nodes.size(); i = nodes[i].skip) {
      if (first_bytes[nodes[i].byte] != wanted) continue;
      cache_.walk(stepper_, trie, {i, nodes[i].skip, 0}, {state_, kUnknownFrame},
                  [&](uint32_t at, const Level& level) { return visit(trie, slice, at, level); });
    }
  }

  bool visit(const TokenTrie& trie, size_t slice, uint32_t i, const Level& level) {
    const TokenTrie::Node& node = trie.nodes()[i];
    allow(trie, node.first_token, trie.tokens_end(i));
    if (node.skip == i + 1) return true;
    // Where the frame may be left, the tokens below go on with what follows it.
    const bool leaves = std::ranges::any_of(
        level.all(), [&](Thread thread) { return stepper_.ends_at(thread, kUnknownFrame); });
    if (leaves) {
      mask_.exits.push_back({&trie, i});
      rest_count_ += trie.tokens_end(node.skip - 1) - trie.tokens_end(i);
    }
    if (leaves || slice == TokenSlices::kCount || !level.single) return true;
    if (cache_.free_run(level.thread.top, slice).chars != UINT32_MAX) return true;
    allow(trie, trie.tokens_end(i), trie.tokens_end(node.skip - 1));
    return false;
  }

  void gather_suffixes() {
    std::vector<std::pair<std::string_view, TokenId>> rests;
    rests.reserve(rest_count_);
    for (const auto& [trie, i] : mask_.exits) {
      const TokenTrie::Node& node = trie->nodes()[i];
      for (uint32_t t = trie->tokens_end(i); t < trie->tokens_end(node.skip - 1); ++t) {
        const TokenId token = trie->tokens()[t];
        const std::string_view text = cache_.vocabulary_->text(token);
        rests.emplace_back(text.substr(node.depth), token);
      }
    }
    mask_.suffixes = TokenTrie(std::move(rests));
    mask_.exits.clear();
  }

  MaskCache& cache_;
  const TokenSlices& slices_;
  Stepper& stepper_;
  StateId state_;
  StateMask mask_;
  size_t rest_count_ = 0;  // tokens below the exits
};

FreeRun MaskCache::free_run(StateId state, size_t slice) {
  return hooks_.free_run ? hooks_.free_run(state, slice) : FreeRun{};
}

ContentRun MaskCache::content_run(StateId state) {
  return hooks_.content_run ? hooks_.content_run(state) : ContentRun{};
}

std::shared_ptr<const StateMask> MaskCache::make(Stepper& stepper, StateId state) {
  const StackPool::Size pool_size = stepper.pool().size();
  const StateId mark = stepper.automaton().mark();
  auto mask = std::make_shared<StateMask>(Maker(*this, stepper, state).make());
  stepper.pool().shrink(pool_size);
  stepper.automaton().forget_since(mark);
  return mask;
}

std::shared_ptr<const StateMask> MaskCache::mask(Stepper& stepper, StateId state) {
  if (const auto kept = kept_.find(state); kept != kept_.end()) return kept->second;
  const auto shared = hooks_.shared_key(state);
  std::shared_ptr<const StateMask> mask;
  if (!shared.empty()) mask = vocabulary_->find_mask(shared);
  if (mask == nullptr) {
    mask = make(stepper, state);
    const auto key = hooks_.shared_key(state);  // making may have moved the words
    if (!key.empty() && !stepper.exhausted()) vocabulary_->keep_mask(key, mask);
  }
  if (kept_.size() >= kMaxKeptMasks) {
    kept_.erase(order_.front());
    order_.pop_front();
  }
  kept_.emplace(state, mask);
  order_.push_back(state);
  return mask;
}

void MaskCache::fill_thread(Stepper& stepper, Thread thread, std::span<uint64_t> bits) {
  const StateId state = hooks_.mask_state(thread.top, vocabulary_->trie().depth());
  const std::shared_ptr<const StateMask> mask = this->mask(stepper, state);
  for (size_t i = 0; i < bits.size(); ++i) bits[i] |= mask->bits[i];
  if (mask->suffixes.nodes().empty() && mask->exits.empty()) return;
  const StackPool::Size pool_size = stepper.pool().size();
  const StateId mark = stepper.automaton().mark();
  for (const Thread& next : stepper.below(thread)) fill_after(stepper, *mask, next, bits);
  stepper.pool().shrink(pool_size);
  stepper.automaton().forget_since(mark);
}

// The tokens that leave a frame with this mask for `next`.
void MaskCache::fill_after(Stepper& stepper,
                           const StateMask& mask,
                           Thread next,
                           std::span<uint64_t> bits) {
  const auto set_tokens = [&](const TokenTrie& trie, uint32_t i) {
    for (uint32_t t = trie.nodes()[i].first_token; t < trie.tokens_end(i); ++t) {
      set_bit(bits, trie.tokens()[t]);
    }
  };
  const TokenTrie& rest = mask.suffixes;
  walk(stepper, rest, {0, static_cast<uint32_t>(rest.nodes().size()), 0}, next,
       [&](uint32_t i, const Level&) {
         set_tokens(rest, i);
         return true;
       });
  for (const auto& [trie, exit] : mask.exits) {
    const TokenTrie::Node& node = trie->nodes()[exit];
    walk(stepper, *trie, {exit + 1, node.skip, node.depth}, next, [&](uint32_t i, const Level&) {
      set_tokens(*trie, i);
      return true;
    });
  }
}

void MaskCache::fill(Stepper& stepper, std::span<const Thread> threads, std::span<uint64_t> bits) {
  const StackPool::Size pool_size = stepper.pool().size();
  for (const Thread& at : stepper.exits(threads)) {
    if (at.top != kDone) fill_thread(stepper, at, bits);
  }
  stepper.pool().shrink(pool_size);
}

}  // namespace lar::constrain

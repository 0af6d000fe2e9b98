#include "constrain/token_mask.h"

#include <algorithm>

namespace lar::constrain {
namespace {

void set_bit(std::span<uint64_t> bits, TokenId token) {
  bits[token / 64] |= uint64_t{1} << (token % 64);
}

}  // namespace

// Calls visit(node, threads) for every node of `range` whose text after its first `skipped` bytes
// can be read from `first`.
template <class Visit>
void MaskCache::walk(
    Stepper& stepper, const TokenTrie& trie, Range range, Thread first, Visit visit) {
  if (levels_.size() <= trie.depth()) levels_.resize(trie.depth() + 1);
  levels_[0].assign(1, first);
  const auto& nodes = trie.nodes();
  for (uint32_t i = range.begin; i < range.end;) {
    const TokenTrie::Node& node = nodes[i];
    const size_t depth = node.depth - range.skipped;
    path_.resize(depth - 1);
    hooks_.look_at(path_);
    stepper.step(levels_[depth - 1], node.byte, levels_[depth]);
    if (levels_[depth].empty()) {
      i = node.skip;
      continue;
    }
    visit(i, levels_[depth]);
    path_.push_back(static_cast<char>(node.byte));
    ++i;
  }
}

std::shared_ptr<const StateMask> MaskCache::make(Stepper& stepper, StateId state) {
  auto mask = std::make_shared<StateMask>();
  mask->bits.assign(vocabulary_->mask_words(), 0);
  const TokenTrie& trie = vocabulary_->trie();
  const StackPool::Size pool_size = stepper.pool().size();
  size_t rest_count = 0;
  walk(stepper, trie, {0, static_cast<uint32_t>(trie.nodes().size()), 0}, {state, kUnknownFrame},
       [&](uint32_t i, std::span<const Thread> threads) {
         const TokenTrie::Node& node = trie.nodes()[i];
         for (uint32_t t = node.first_token; t < trie.tokens_end(i); ++t) {
           set_bit(mask->bits, trie.tokens()[t]);
         }
         if (node.skip == i + 1) return;
         // Where the frame may be left, the tokens below go on with what follows it.
         const bool leaves = std::ranges::any_of(
             threads, [&](Thread thread) { return stepper.ends_at(thread, kUnknownFrame); });
         if (!leaves) return;
         mask->exits.push_back(i);
         rest_count += trie.tokens_end(node.skip - 1) - trie.tokens_end(i);
       });
  stepper.pool().shrink(pool_size);
  if (rest_count > kMaxSuffixes) return mask;
  std::vector<std::pair<std::string_view, TokenId>> rests;
  rests.reserve(rest_count);
  for (const uint32_t i : mask->exits) {
    const TokenTrie::Node& node = trie.nodes()[i];
    for (uint32_t t = trie.tokens_end(i); t < trie.tokens_end(node.skip - 1); ++t) {
      const TokenId token = trie.tokens()[t];
      rests.emplace_back(std::string_view(vocabulary_->text(token)).substr(node.depth), token);
    }
  }
  mask->suffixes = TokenTrie(std::move(rests));
  mask->exits.clear();
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
  for (const FrameId frame : stepper.pool().frames(thread.below)) {
    if (frame <= kUnknownFrame) continue;
    fill_after(stepper, *mask, stepper.pool().frame(frame), bits);
  }
  stepper.pool().shrink(pool_size);
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
       [&](uint32_t i, std::span<const Thread>) { set_tokens(rest, i); });
  const TokenTrie& whole = vocabulary_->trie();
  for (const uint32_t exit : mask.exits) {
    const TokenTrie::Node& node = whole.nodes()[exit];
    walk(stepper, whole, {exit + 1, node.skip, node.depth}, next,
         [&](uint32_t i, std::span<const Thread>) { set_tokens(whole, i); });
  }
}

void MaskCache::fill(Stepper& stepper, std::span<const Thread> threads, std::span<uint64_t> bits) {
  std::vector<Thread> seen;
  for (const Thread& thread : threads) {
    stepper.for_each_exit(thread, [&](Thread at) {
      if (at.top == kDone || std::ranges::find(seen, at) != seen.end()) return;
      seen.push_back(at);
      fill_thread(stepper, at, bits);
    });
  }
}

}  // namespace lar::constrain

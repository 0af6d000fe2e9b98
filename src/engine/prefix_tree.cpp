#include "engine/prefix_tree.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace lar::engine {

namespace {

uint64_t mix(uint64_t value) {
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93ULL;
  return value ^ (value >> 32);
}

uint64_t hash_of(BlockId parent, std::span<const int32_t> tokens) {
  uint64_t hash = mix(static_cast<uint32_t>(parent) + 0x9E3779B97F4A7C15ULL);
  for (const int32_t token : tokens) hash = mix(hash ^ static_cast<uint32_t>(token));
  return hash;
}

}  // namespace

PrefixTree::PrefixTree(uint32_t blocks, uint32_t block_tokens)
    : block_tokens_(block_tokens),
      nodes_(blocks),
      tokens_(static_cast<size_t>(blocks) * block_tokens),
      buckets_(std::bit_ceil(std::max<size_t>(blocks, 1)), kNoBlock) {}

std::span<const int32_t> PrefixTree::tokens(BlockId block) const {
  return std::span(tokens_).subspan(static_cast<size_t>(block) * block_tokens_, block_tokens_);
}

BlockId& PrefixTree::first_child_of(BlockId parent) {
  return parent == kNoBlock ? root_child_ : node(parent).first_child;
}

BlockId PrefixTree::first_child_of(BlockId parent) const {
  return parent == kNoBlock ? root_child_ : node(parent).first_child;
}

BlockId PrefixTree::find(BlockId parent, std::span<const int32_t> wanted) const {
  LAR_CHECK(wanted.size() == block_tokens_);
  const uint64_t hash = hash_of(parent, wanted);
  for (BlockId at = buckets_[hash & (buckets_.size() - 1)]; at != kNoBlock;
       at = node(at).next_in_bucket) {
    if (node(at).hash == hash && node(at).parent == parent &&
        std::ranges::equal(tokens(at), wanted)) {
      return at;
    }
  }
  return kNoBlock;
}

PrefixTree::Partial PrefixTree::find_partial(BlockId parent,
                                             std::span<const int32_t> wanted) const {
  Partial best;
  for (BlockId at = first_child_of(parent); at != kNoBlock; at = node(at).next_sibling) {
    const auto known = tokens(at);
    const auto end = std::ranges::mismatch(known, wanted).in1;
    const auto shared = static_cast<uint32_t>(end - known.begin());
    if (shared > best.tokens) best = {.block = at, .tokens = shared};
  }
  return best;
}

void PrefixTree::insert(BlockId parent, BlockId block, std::span<const int32_t> added) {
  LAR_CHECK(added.size() == block_tokens_ && !contains(block));
  LAR_CHECK(parent == kNoBlock || contains(parent));
  std::copy(added.begin(), added.end(),
            tokens_.begin() + static_cast<std::ptrdiff_t>(block) * block_tokens_);
  const uint64_t hash = hash_of(parent, added);
  BlockId& first = first_child_of(parent);
  node(block) = {.present = true,
                 .hash = hash,
                 .parent = parent,
                 .next_in_bucket = bucket(hash),
                 .next_sibling = first};
  if (first != kNoBlock) node(first).previous_sibling = block;
  first = block;
  bucket(hash) = block;
  ++size_;
}

void PrefixTree::set_used(BlockId block) {
  if (node(block).unused) unlink_from_unused(block);
}

void PrefixTree::set_unused(BlockId block) {
  Node& added = node(block);
  LAR_CHECK(added.present && !added.unused);
  added.unused = true;
  added.older = newest_;
  added.newer = kNoBlock;
  (newest_ == kNoBlock ? oldest_ : node(newest_).newer) = block;
  newest_ = block;
  ++unused_count_;
}

void PrefixTree::unlink_from_unused(BlockId block) {
  Node& gone = node(block);
  (gone.older == kNoBlock ? oldest_ : node(gone.older).newer) = gone.newer;
  (gone.newer == kNoBlock ? newest_ : node(gone.newer).older) = gone.older;
  gone.unused = false;
  --unused_count_;
}

void PrefixTree::remove(BlockId block) {
  Node& gone = node(block);
  LAR_CHECK(gone.present && gone.unused && leaf(block));
  unlink_from_unused(block);
  BlockId* link = &bucket(gone.hash);
  while (*link != block) link = &node(*link).next_in_bucket;
  *link = gone.next_in_bucket;
  (gone.previous_sibling == kNoBlock ? first_child_of(gone.parent)
                                     : node(gone.previous_sibling).next_sibling) =
      gone.next_sibling;
  if (gone.next_sibling != kNoBlock) {
    node(gone.next_sibling).previous_sibling = gone.previous_sibling;
  }
  gone = Node{};
  --size_;
}

}  // namespace lar::engine

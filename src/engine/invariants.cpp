#include "engine/invariants.h"

#include <fmt/format.h>

#include <algorithm>

namespace lar::engine {

namespace {

using Faults = std::string;

bool known(const Snapshot& snapshot, BlockId block) {
  return block >= 0 && static_cast<size_t>(block) < snapshot.blocks.size();
}

const Snapshot::Block& at(const Snapshot& snapshot, BlockId block) {
  return snapshot.blocks[static_cast<size_t>(block)];
}

Faults check_table(const Snapshot& snapshot, const Snapshot::SequenceState& sequence) {
  const size_t block_tokens = snapshot.block_tokens;
  if (sequence.computed > sequence.tokens.size()) {
    return fmt::format("sequence {} has computed more than it has", sequence.id);
  }
  if (sequence.tokens.size() > snapshot.context) {
    return fmt::format("sequence {} is longer than the context", sequence.id);
  }
  if (sequence.table.size() * block_tokens < sequence.computed) {
    return fmt::format("the table of sequence {} does not cover its positions", sequence.id);
  }
  if (sequence.published * block_tokens > sequence.computed) {
    return fmt::format("sequence {} published what is not computed", sequence.id);
  }
  if (!sequence.running && !sequence.table.empty()) {
    return fmt::format("sequence {} waits and holds blocks", sequence.id);
  }
  for (size_t i = 0; i < sequence.table.size(); ++i) {
    const BlockId block = sequence.table[i];
    if (!known(snapshot, block)) return fmt::format("sequence {}: no block {}", sequence.id, block);
    const Snapshot::Block& entry = at(snapshot, block);
    if (i >= sequence.published) {
      if (entry.in_tree || entry.holders != 1) {
        return fmt::format("tail block {} of sequence {} is shared", block, sequence.id);
      }
      continue;
    }
    if (!entry.in_tree || entry.unused) {
      return fmt::format("block {} of sequence {} is not a used node", block, sequence.id);
    }
    if (entry.parent != (i == 0 ? kNoBlock : sequence.table[i - 1])) {
      return fmt::format("block {} of sequence {} has another parent", block, sequence.id);
    }
    if (!std::equal(entry.tokens.begin(), entry.tokens.end(),
                    sequence.tokens.begin() + static_cast<std::ptrdiff_t>(i * block_tokens))) {
      return fmt::format("block {} of sequence {} holds other tokens", block, sequence.id);
    }
  }
  return {};
}

Faults check_block(const Snapshot& snapshot, BlockId block, uint32_t sequences_holding) {
  const Snapshot::Block& entry = at(snapshot, block);
  if (entry.holders != sequences_holding + (entry.in_tree ? 1U : 0U)) {
    return fmt::format("block {} has {} holders but counts {}", block,
                       sequences_holding + (entry.in_tree ? 1U : 0U), entry.holders);
  }
  if (!entry.in_tree) return {};
  if (entry.unused != (sequences_holding == 0)) {
    return fmt::format("node {} is wrongly marked as used or unused", block);
  }
  if (entry.tokens.size() != snapshot.block_tokens) {
    return fmt::format("node {} is not a full block", block);
  }
  if (entry.parent == kNoBlock) return {};
  if (!known(snapshot, entry.parent) || !at(snapshot, entry.parent).in_tree) {
    return fmt::format("node {} has lost its parent", block);
  }
  if (!entry.unused && at(snapshot, entry.parent).unused) {
    return fmt::format("node {} is used but its parent is not", block);
  }
  return {};
}

}  // namespace

std::string check_invariants(const Snapshot& snapshot) {
  std::vector<uint32_t> held(snapshot.blocks.size());
  for (const auto& sequence : snapshot.sequences) {
    if (Faults fault = check_table(snapshot, sequence); !fault.empty()) return fault;
    for (const BlockId block : sequence.table) ++held[static_cast<size_t>(block)];
  }
  for (size_t i = 0; i < snapshot.blocks.size(); ++i) {
    Faults fault = check_block(snapshot, static_cast<BlockId>(i), held[i]);
    if (!fault.empty()) return fault;
  }
  std::vector<bool> listed(snapshot.blocks.size());
  for (const BlockId block : snapshot.free_blocks) {
    if (!known(snapshot, block) || listed[static_cast<size_t>(block)] ||
        at(snapshot, block).holders != 0) {
      return fmt::format("block {} is wrongly in the list of free ones", block);
    }
    listed[static_cast<size_t>(block)] = true;
  }
  const auto unheld =
      std::ranges::count_if(snapshot.blocks, [](const auto& block) { return block.holders == 0; });
  if (static_cast<size_t>(unheld) != snapshot.free_blocks.size()) return "a free block is lost";
  for (size_t i = 1; i < snapshot.sequences.size(); ++i) {
    if (snapshot.sequences[i - 1].id >= snapshot.sequences[i].id) {
      return "sequences are not in order of submission";
    }
  }
  return {};
}

}  // namespace lar::engine

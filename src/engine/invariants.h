// What must hold between two steps, as a check over plain copies: no device, no engine. Tests run
// it after every step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/block_pool.h"
#include "engine/request.h"

namespace lar::engine {

struct Snapshot {
  struct Block {
    uint32_t holders = 0;
    bool in_tree = false;
    bool unused = false;
    BlockId parent = kNoBlock;
    std::vector<int32_t> tokens;  // where in_tree
  };
  struct SequenceState {
    SequenceId id = 0;
    bool running = false;
    std::vector<int32_t> tokens;
    std::vector<BlockId> table;
    uint32_t computed = 0;
    uint32_t published = 0;
  };

  uint32_t block_tokens = 0;
  uint32_t context = 0;
  std::vector<Block> blocks;  // by id
  std::vector<BlockId> free_blocks;
  std::vector<SequenceState> sequences;  // running ones first
};

// Empty if all holds, else the first fault in words.
std::string check_invariants(const Snapshot& snapshot);

}  // namespace lar::engine

// Which tokens the next step computes: pure functions over plain numbers. Sequences that generate
// get one token each, before any prompt; what is left of the step is shared by the prompts.
#pragma once

#include <cstdint>
#include <span>

#include "backend/backend.h"

namespace lar::engine {

// An admitted sequence as the plan sees it.
struct PlanInput {
  uint32_t pending = 0;   // tokens that are known and not computed; 0: nothing to do
  bool all_rows = false;  // the outputs of all its tokens are wanted, not only of the last pending
};

// What a sequence does in the step. `tokens` is 0 for one that waits.
struct PlanShare {
  uint32_t tokens = 0;
  uint32_t outputs = 0;
};

// Prompts are computed in chunks of at least this many tokens where the budget allows: smaller
// chunks waste the arithmetic of a step on reading the weights.
inline constexpr uint32_t kPrefillChunkMin = 64;

// Fills one share a sequence. `first`: the index whose turn it is; the caller moves it on, so that
// each gets its turn when a step cannot serve all. Promise: if any sequence has pending tokens and
// all limits are at least 1, some share is not empty.
void plan_step(std::span<const PlanInput> sequences,
               const backend::StepLimits& limits,
               uint32_t prefill_tokens_max,
               uint32_t first,
               std::span<PlanShare> shares);

// Blocks a sequence lacks to hold `positions` positions.
uint32_t blocks_missing(uint32_t positions, uint32_t block_tokens, uint32_t held);

// Whether a waiting sequence may start: its known tokens and one more block for each sequence that
// already runs must fit beside what the running ones still need for their known tokens. Admitting
// more would only lead to taking blocks away again.
struct AdmissionInput {
  uint32_t available_blocks = 0;
  uint32_t running = 0;
  uint32_t running_missing = 0;  // blocks all running ones lack for their known tokens
  uint32_t wanted = 0;           // blocks the waiting one lacks for its known tokens
};
bool may_admit(const AdmissionInput& input);

}  // namespace lar::engine

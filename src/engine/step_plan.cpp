#include "engine/step_plan.h"

#include <algorithm>

#include "base/check.h"

namespace lar::engine {

namespace {

// What is left of a step's limits.
struct Budget {
  uint32_t tokens;
  uint32_t outputs;
  uint32_t sequences;
};

// Gives up to `wanted` tokens to a sequence, on top of what its share has.
void give(const PlanInput& sequence, uint32_t wanted, Budget& budget, PlanShare& share) {
  uint32_t tokens = std::min({wanted, budget.tokens, sequence.pending - share.tokens});
  uint32_t outputs = 0;
  if (sequence.all_rows) {
    tokens = std::min(tokens, budget.outputs);
    outputs = tokens;
  } else if (tokens > 0 && share.tokens + tokens == sequence.pending) {
    // The last pending token yields the next one, so it needs an output.
    outputs = budget.outputs > 0 ? 1 : 0;
    if (outputs == 0) --tokens;
  }
  if (tokens == 0) return;
  if (share.tokens == 0) {
    if (budget.sequences == 0) return;
    --budget.sequences;
  }
  share.tokens += tokens;
  share.outputs += outputs;
  budget.tokens -= tokens;
  budget.outputs -= outputs;
}

}  // namespace

void plan_step(std::span<const PlanInput> sequences,
               const backend::StepLimits& limits,
               uint32_t prefill_tokens_max,
               uint32_t first,
               std::span<PlanShare> shares) {
  LAR_CHECK(shares.size() == sequences.size());
  std::fill(shares.begin(), shares.end(), PlanShare{});
  const auto count = static_cast<uint32_t>(sequences.size());
  Budget budget{limits.tokens, limits.outputs, limits.sequences};

  uint32_t prompts = 0;
  for (uint32_t turn = 0; turn < count; ++turn) {
    const uint32_t i = (first + turn) % count;
    if (sequences[i].pending == 1) give(sequences[i], 1, budget, shares[i]);
    if (sequences[i].pending > 1) ++prompts;
  }
  if (prompts == 0) return;

  // While others generate, their wait for the next token is bounded by the size of the chunks.
  const bool decoding = budget.tokens < limits.tokens;
  if (decoding) budget.tokens = std::min(budget.tokens, prefill_tokens_max);
  const uint32_t fair = std::max(budget.tokens / prompts, kPrefillChunkMin);
  for (const uint32_t wanted : {fair, budget.tokens}) {
    for (uint32_t turn = 0; turn < count; ++turn) {
      const uint32_t i = (first + turn) % count;
      if (sequences[i].pending > 1) give(sequences[i], wanted, budget, shares[i]);
    }
  }
}

uint32_t blocks_missing(uint32_t positions, uint32_t block_tokens, uint32_t held) {
  const uint32_t needed = positions / block_tokens + (positions % block_tokens != 0 ? 1 : 0);
  return needed > held ? needed - held : 0;
}

bool may_admit(const AdmissionInput& input) {
  if (input.running == 0) return true;
  const uint64_t needed = uint64_t{input.running_missing} + input.running + input.wanted;
  return needed <= input.available_blocks;
}

}  // namespace lar::engine
